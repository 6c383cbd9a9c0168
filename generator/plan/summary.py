"""A plan in the form that a person reads: counts by component, what is lost named first."""

from __future__ import annotations

from collections import Counter

from generator.plan.interruptions import interruption
from generator.plan.reading import Change, Plan

COLUMNS = ("create", "update", "replace", "delete")
TITLES = ("add", "change", "replace", "destroy")


def counts(plan: Plan) -> dict[str, Counter[str]]:
    """Return how many resources each component creates, updates, replaces and deletes, in address order."""
    found: dict[str, Counter[str]] = {}
    for change in plan.effective():
        found.setdefault(change.component or "(root)", Counter())[change.action] += 1
    return found


def table(plan: Plan) -> list[str]:
    """Return the lines of the table of changes by component, with a total."""
    rows = counts(plan)
    rows["total"] = sum(rows.values(), Counter())
    width = max(len(name) for name in ("component", *rows))
    lines = [f"{'component':<{width}}" + "".join(f"{title:>9}" for title in TITLES)]
    for name, count in rows.items():
        lines.append(f"{name:<{width}}" + "".join(f"{count[action] or '-':>9}" for action in COLUMNS))
    return lines


def losses(plan: Plan) -> list[Change]:
    """Return what is destroyed or replaced."""
    return [change for change in plan.effective() if change.action in ("delete", "replace")]


def describe_loss(change: Change) -> str:
    """Return one line that says what happens to a destroyed or replaced resource and why."""
    if change.action == "delete":
        return f"destroy  {change.address}"
    because = f"  (forced by {', '.join(change.replace_paths)})" if change.replace_paths else ""
    return f"replace  {change.address}{because}"


def describe_interruptions(plan: Plan) -> list[str]:
    """Return a line for each change that AWS can only make by interrupting something."""
    found = [(change.address, interruption(change)) for change in plan.effective()]
    return [f"interrupt  {address}  {text}" for address, text in found if text]


def headline(plan: Plan) -> str:
    """Return the plan in one line, such as `182 to add, 1 to change`."""
    if plan.empty():
        return "Nothing is to change."
    count = Counter(change.action for change in plan.effective())
    parts = [f"{count[action]} to {title}" for action, title in zip(COLUMNS, TITLES, strict=True) if count[action]]
    parts += [f"{len(plan.moved())} moved"] if plan.moved() else []
    parts += ["outputs change"] if plan.output_changes and not parts else []
    return ", ".join(parts) + "."
