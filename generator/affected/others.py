"""What is neither blueprint nor module, and how far a change of it reaches: policies, prices, the generator itself."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from functools import partial

from generator.affected.hcl import blocks
from generator.affected.model import Kind, Reason
from generator.affected.tree import Tree, text_of

# The longest start of a path counts. What renders must be all that `generator.render` imports: a test holds it to that.
REACH: dict[str, tuple[Kind, str]] = {
    "modules/.terraform.lock.hcl": (Kind.RENDER, "the provider lock"),
    "blueprints/calibration.yaml": (Kind.PRICE, "what a vCPU answers"),
    "policies/": (Kind.JUDGE, "the policies"),
    "requirements.lock": (Kind.RENDER, "the generator's packages"),
    "requirements-checkov.lock": (Kind.JUDGE, "Checkov"),
    "requirements-terraform.lock": (Kind.JUDGE, "Terraform"),
    "generator/": (Kind.JUDGE, "the generator"),
    "generator/__init__.py": (Kind.RENDER, "the generator"),
    "generator/atomic.py": (Kind.RENDER, "the generator"),
    "generator/blueprint/": (Kind.RENDER, "the generator"),
    "generator/catalog/": (Kind.RENDER, "the generator"),
    "generator/compose/": (Kind.RENDER, "the generator"),
    "generator/diagnostics.py": (Kind.RENDER, "the generator"),
    "generator/project.py": (Kind.RENDER, "the generator"),
    "generator/render/": (Kind.RENDER, "the generator"),
    "generator/workflow/deployment.py": (Kind.RENDER, "the generator"),
    "generator/calibrate/": (Kind.PRICE, "what a vCPU answers"),
    "generator/cost/": (Kind.PRICE, "how costs are found"),
    "generator/objectives/": (Kind.PRICE, "how promises are held against a plan"),
    "generator/prices/": (Kind.PRICE, "the price book"),
    "generator/promises/": (Kind.PRICE, "how promises are held against a plan"),
    "generator/affected/": (Kind.NONE, ""),
    "generator/cli.py": (Kind.NONE, ""),
    "generator/deploy/": (Kind.NONE, ""),
    "generator/docs.py": (Kind.NONE, ""),
    "generator/plan/drift.py": (Kind.NONE, ""),
    "generator/report/": (Kind.NONE, ""),
    "generator/workflow/drift.py": (Kind.NONE, ""),
}
ENOUGH = 3  # of the generator's files: after these nothing new is learnt, and parsing takes its time


def reasons(changed: Iterable[str], before: Tree, after: Tree) -> Iterator[Reason]:
    """Yield what was changed that every blueprint depends on, what is of one kind together."""
    found: dict[tuple[Kind, str], list[str]] = {}
    for path in sorted(changed):
        kind, what = reach(path)
        said = found.setdefault((kind, what), [])
        if kind is not Kind.NONE and len(said) <= ENOUGH and not same(path, before.read(path), after.read(path)):
            said.append(path)
    for (kind, what), paths in found.items():
        if paths:
            more = " and others" if len(paths) > ENOUGH else ""
            yield Reason(kind, f"{', '.join(paths[:ENOUGH])}{more}: {what}")


def reach(path: str) -> tuple[Kind, str]:
    """Return how far a change of a file reaches that every blueprint depends on, and what the file is."""
    if path.startswith("generator/") and path.endswith(".md"):
        return Kind.NONE, ""
    starts = [start for start in REACH if path == start or (start.endswith("/") and path.startswith(start))]
    return REACH[max(starts, key=len)] if starts else (Kind.NONE, "")


def same(path: str, old: bytes | None, new: bytes | None) -> bool:
    """Say whether two states of a file mean the same: comments and, where it has no meaning, spacing do not count."""
    texts = text_of(old), text_of(new)
    if texts[0] is None or texts[1] is None:
        return texts[0] == texts[1]
    suffix = path.rpartition(".")[2]
    readers = {"py": _python, "yaml": _yaml, "hcl": blocks, "lock": _lines, "json": _json}
    read = readers.get(suffix, partial(str))
    try:
        return read(texts[0]) == read(texts[1])
    except (ValueError, SyntaxError, RecursionError):  # what cannot be read is compared as it is
        return texts[0] == texts[1]


def _python(text: str) -> str:
    return ast.dump(ast.parse(text))


def _json(text: str) -> object:
    import json  # noqa: PLC0415 - the price book is rarely changed

    return json.loads(text)


def _yaml(text: str) -> object:
    import yaml  # noqa: PLC0415

    try:
        return list(yaml.load_all(text, getattr(yaml, "CSafeLoader", yaml.SafeLoader)))
    except yaml.YAMLError as error:
        raise ValueError(str(error)) from None


def _lines(text: str) -> list[str]:
    stripped = (line.split("#")[0].strip() for line in text.splitlines())
    return [line for line in stripped if line]
