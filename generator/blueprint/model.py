"""The blueprint as typed objects, decoded from merged nodes; every fault of its form is reported at its place."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import TypeVar

from generator.blueprint.budget import Budget, decode_budget
from generator.blueprint.document import Node
from generator.blueprint.traffic import Traffic, decode_traffic
from generator.blueprint.waivers import Waiver, decode_waivers
from generator.diagnostics import Mark, Problems, nearest

T = TypeVar("T")

RESERVED = ("var", "local", "module", "data", "each", "count", "path", "self", "terraform", "provider")
IDENTIFIER = re.compile(r"[a-z][a-z0-9_]*$")
NAME = re.compile(r"[a-z][a-z0-9-]{1,28}[a-z0-9]$")
REGION = re.compile(r"[a-z]{2}(-[a-z]+)+-\d$")
ACCOUNT = re.compile(r"\d{12}$")

TOP = ("extends", "name", "description", "region", "account_id", "tags", "objectives", "variables", "locals",
       "defaults", "components", "outputs", "waivers", "traffic", "budget")  # fmt: skip
REQUIRED_TOP = ("name", "region", "components")
OBJECTIVES = ("concurrent_users", "requests_per_second", "p95_ms", "availability", "monthly_usd")
COMPONENT = ("module", "inputs", "moved_from", "waivers")
VARIABLE = ("type", "description", "default", "sensitive")
OUTPUT = ("value", "description")


@dataclass(frozen=True, slots=True)
class Component:
    """One use of a module, with a name of its own."""

    name: str
    module: str
    mark: Mark
    module_mark: Mark
    inputs: Node
    moved_from: tuple[str, ...] = ()
    waivers: tuple[Waiver, ...] = ()


@dataclass(frozen=True, slots=True)
class Variable:
    """A root variable: a value that differs per deployment or is set by the pipeline."""

    name: str
    mark: Mark
    type: str | None
    type_mark: Mark
    description: str
    default: Node | None
    sensitive: bool


@dataclass(frozen=True, slots=True)
class Output:
    """A root output."""

    name: str
    mark: Mark
    value: Node
    description: str


@dataclass(frozen=True, slots=True)
class Blueprint:
    """A whole blueprint, with everything that it extends laid in; `source` is what commands call it."""

    tier: str
    source: str
    name: Node
    region: Node
    root: Node
    description: str = ""
    account_id: str | None = None
    tags: Node | None = None
    objectives: Node | None = None
    variables: dict[str, Variable] = field(default_factory=dict)
    locals: dict[str, Node] = field(default_factory=dict)
    defaults: Node | None = None
    components: dict[str, Component] = field(default_factory=dict)
    outputs: dict[str, Output] = field(default_factory=dict)
    waivers: tuple[Waiver, ...] = ()
    traffic: Traffic | None = None
    budget: Budget | None = None

    def all_waivers(self) -> tuple[Waiver, ...]:
        """Return the waivers of all components and of the root module."""
        return (*(waiver for item in self.components.values() for waiver in item.waivers), *self.waivers)

    def budget_mark(self) -> Mark:
        """Return where the budget of a month is promised."""
        node = self.objectives.get("monthly_usd") if self.objectives else None
        return node.mark if node else self.root.mark

    def promises(self) -> dict[str, float]:
        """Return the objectives by name."""
        section = self.objectives
        return {key: float(node.value) for key, node in section.items()} if section else {}  # type: ignore[arg-type]


def decode(tier: str, source: str, root: Node, problems: Problems) -> Blueprint | None:
    """Decode the merged `root` of the blueprint `tier`; None if it is too broken to go on, faults in `problems`."""
    check_keys(root, TOP, "a blueprint", problems)
    for key in REQUIRED_TOP:
        if root.get(key) is None:
            problems.add(root.mark, f"`{key}` is missing", f"add `{key}:` here or in a blueprint that this one extends")
    name, region = root.get("name"), root.get("region")
    if name is None or region is None:
        return None
    _pattern(name, NAME, "a name of 3 to 30 lower-case letters, digits and hyphens", problems)
    _pattern(region, REGION, "an AWS region such as us-east-1", problems)
    return Blueprint(
        tier=tier,
        source=source,
        name=name,
        region=region,
        root=root,
        description=_text(root.get("description"), problems),
        account_id=_account(root.get("account_id"), problems),
        tags=_section(root, "tags", problems),
        objectives=_objectives(root, problems),
        variables=_named(root, "variables", _variable, problems),
        locals=_named(root, "locals", lambda _name, _mark, node, _problems: node, problems),
        defaults=_section(root, "defaults", problems),
        components=_named(root, "components", _component, problems),
        outputs=_named(root, "outputs", _output, problems),
        waivers=decode_waivers(root.get("waivers"), "", problems),
        traffic=decode_traffic(root.get("traffic"), problems),
        budget=decode_budget(root.get("budget"), problems),
    )


def check_keys(node: Node, known: Iterable[str], what: str, problems: Problems) -> None:
    """Report each key of the map `node` that is not known to `what`."""
    known = tuple(known)
    for key in node.keys:
        if key not in known and node.get(key) is not None:
            problems.add(node.keys[key], f'{what} has no key "{key}"', nearest(key, known))


def _section(root: Node, key: str, problems: Problems) -> Node | None:
    node = root.get(key)
    if node is None or node.value is None:
        return None
    if not isinstance(node.value, dict):
        problems.add(node.mark, f"`{key}` is a map, not a {node.kind()}", f"write `{key}:` and indent its entries")
        return None
    return node


def _named(
    root: Node, key: str, make: Callable[[str, Mark, Node, Problems], T | None], problems: Problems
) -> dict[str, T]:
    section = _section(root, key, problems)
    made: dict[str, T] = {}
    for name, node in section.items() if section else ():
        mark = section.keys[name] if section else node.mark
        if not IDENTIFIER.match(name) or name in RESERVED:
            remedy = "use lower-case letters, digits and underscores, a letter first"
            if name in RESERVED:
                remedy = f"choose another name: {', '.join(RESERVED)} are Terraform's"
            problems.add(mark, f'"{name}" cannot be a name in `{key}`', remedy)
            continue
        item = make(name, mark, node, problems)
        if item is not None:
            made[name] = item
    return made


def _component(name: str, mark: Mark, node: Node, problems: Problems) -> Component | None:
    if node.value is None:
        return None
    if not isinstance(node.value, dict):
        problems.add(node.mark, f'component "{name}" is a map, not a {node.kind()}', "give it `module:` and `inputs:`")
        return None
    check_keys(node, COMPONENT, "a component", problems)
    module = node.get("module")
    if module is None or not isinstance(module.value, str):
        problems.add(mark, f'component "{name}" has no module', "add `module:` with the name of a folder in modules/")
        return None
    inputs = _section(node, "inputs", problems) or Node({}, mark)
    waivers = decode_waivers(node.get("waivers"), name, problems)
    former = _former(node.get("moved_from"), problems)
    return Component(name, module.value, mark, module.mark, inputs, former, waivers)


def _former(node: Node | None, problems: Problems) -> tuple[str, ...]:
    if node is None or node.value is None:
        return ()
    items = node.value if isinstance(node.value, list) else [node]
    names = []
    for item in items:
        if isinstance(item, Node) and isinstance(item.value, str) and IDENTIFIER.match(item.value):
            names.append(item.value)
        else:
            problems.add(node.mark, "`moved_from` is the component's former name, or a list of them",
                         "write for example `moved_from: app`")  # fmt: skip
    return tuple(names)


def _variable(name: str, mark: Mark, node: Node, problems: Problems) -> Variable | None:
    settings = node if isinstance(node.value, dict) and set(node.value) & set(VARIABLE) else None
    if settings is None:
        return Variable(name, mark, None, mark, "", node, sensitive=False)
    check_keys(settings, VARIABLE, "a variable", problems)
    kind = settings.get("type")
    sensitive = settings.get("sensitive")
    if sensitive is not None and not isinstance(sensitive.value, bool):
        problems.add(sensitive.mark, "`sensitive` is true or false", "write `sensitive: true`")
    return Variable(
        name=name,
        mark=mark,
        type=str(kind.value) if kind else None,
        type_mark=kind.mark if kind else mark,
        description=_text(settings.get("description"), problems),
        default=settings.get("default"),
        sensitive=bool(sensitive and sensitive.value is True),
    )


def _output(name: str, mark: Mark, node: Node, problems: Problems) -> Output | None:
    if not isinstance(node.value, dict):
        return Output(name, mark, node, "")
    check_keys(node, OUTPUT, "an output", problems)
    value = node.get("value")
    if value is None:
        problems.add(mark, f'output "{name}" has no value', "write `value: ${component.output}`")
        return None
    return Output(name, mark, value, _text(node.get("description"), problems))


def _objectives(root: Node, problems: Problems) -> Node | None:
    section = _section(root, "objectives", problems)
    if section is None:
        return None
    check_keys(section, OBJECTIVES, "`objectives`", problems)
    for key, node in section.items():
        good = isinstance(node.value, int | float) and not isinstance(node.value, bool) and node.value > 0
        if key in OBJECTIVES and not good:
            problems.add(node.mark, f"objective `{key}` is a number above 0, not {node.text or node.kind()}",
                         f"write for example `{key}: 200`")  # fmt: skip
        if key == "availability" and good and isinstance(node.value, int | float) and node.value >= 100:
            problems.add(node.mark, "objective `availability` is a percentage below 100", "write for example 99.9")
    return section


def _account(node: Node | None, problems: Problems) -> str | None:
    if node is None or node.value is None:
        return None
    _pattern(node, ACCOUNT, "an AWS account id of 12 digits, in quotes", problems)
    return str(node.value)


def _pattern(node: Node, pattern: re.Pattern[str], what: str, problems: Problems) -> None:
    if not isinstance(node.value, str) or not pattern.match(node.value):
        problems.add(node.mark, f"{node.text or node.kind()!r} is not {what}", f"write {what}")


def _text(node: Node | None, problems: Problems) -> str:
    if node is None or node.value is None:
        return ""
    if not isinstance(node.value, str):
        problems.add(node.mark, f"a description is a string, not a {node.kind()}", "put it in quotes")
        return ""
    return node.value
