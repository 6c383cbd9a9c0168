"""A plan as policies see it: planned resources, what is unknown of them, and what refers to what.

Only the standard library is imported: the same code runs beside Checkov, which has an environment of its own.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from generator.policy.unknown import known, laid_over

Step = str | int
Way = frozenset[tuple[str, str]]
INSTANCE = re.compile(r"\[(?:\d+|\"(?:[^\"\\]|\\.)*\")\]")
KEYED = re.compile(r"^(?P<block>[\w-]+\.[\w-]+|[\w-]+)(?:\[(?P<key>\d+|\"(?:[^\"\\]|\\.)*\")\])?")
DESTROYING = ("delete", "replace")
RULES = frozenset(
    ("aws_vpc_security_group_ingress_rule", "aws_vpc_security_group_egress_rule", "aws_security_group_rule")
)
MIRRORED = {
    "aws_route_table": (("route",), frozenset(("aws_route",))),
    "aws_security_group": (("ingress", "egress"), RULES),
}


@dataclass(eq=False, slots=True)
class Resource:
    """A planned resource instance, managed or data.

    `provider` is the provider configuration, such as `aws.us_east_1`. `values` holds an Unknown wherever the apply will
    decide. `expressions` is its block in the plan's configuration,
    `action` what the plan does to it: create, update, replace, delete, read or no-op. Of what is destroyed, `values`
    are those before.
    """

    address: str
    type: str
    name: str
    mode: str
    module: str
    key: str | int | None
    action: str
    provider: str
    values: Mapping[str, Any]
    expressions: Mapping[str, Any]
    for_each: Any
    plan: Plan = field(repr=False)

    def __getitem__(self, attribute: str) -> Any:
        """Return the value of an attribute: None where it is not set, an Unknown where only the apply will tell."""
        return self.values.get(attribute)

    def at(self, *path: Step) -> Any:
        """Return what lies deep in the values, None where the path leads nowhere; raises UnknownValueError."""
        value: Any = self.values
        for step in path:
            if isinstance(value, dict) and isinstance(step, str):
                value = value.get(step)
            elif isinstance(value, list) and isinstance(step, int):
                value = value[step] if -len(value) <= step < len(value) else None
            elif known(value):
                return None
            else:
                value.get()
        return value

    def blocks(self, name: str) -> list[Mapping[str, Any]]:
        """Return the nested blocks called `name`, in order; raises UnknownValueError if their number is not known."""
        return [block for block in self.values.get(name) or [] if block is not None]

    def block(self, name: str) -> Mapping[str, Any]:
        """Return the only, or first, nested block called `name`; an empty one if there is none."""
        found = self.blocks(name)
        return found[0] if found else {}

    def refers_to(self, *path: Step) -> list[Resource]:
        """Return the resources, managed or data, that the argument at `path` refers to, through modules and variables.

        Locals are not in a plan, so that what a module computes in one leads nowhere.
        """
        return self.plan.resolve(self, path)

    def points_to(self, other: Resource, *path: Step) -> bool:
        """Say whether the argument at `path` is `other`: by reference, or by a known value that identifies it."""
        if any(found is other for found in self.refers_to(*path)):
            return True
        value = self.at(*path)
        values = value if known(value) and isinstance(value, list) else [value]
        return any(known(item) and isinstance(item, str) and item in other.identities for item in values)

    @property
    def identities(self) -> set[str]:
        """Return the known values by which other resources name this one: id, ARN, name."""
        found = (self.values.get(name) for name in ("id", "arn", "name", "bucket", "identifier", "name_prefix"))
        return {item for item in found if known(item) and isinstance(item, str) and item}


class Plan:
    """A plan's resources, looked up by type, address and reference.

    `document` is Terraform's plan JSON; `promises` are the blueprint's objectives (`monthly_usd`, ...), if it has one.
    """

    def __init__(self, document: Mapping[str, Any], promises: Mapping[str, float] | None = None) -> None:
        self.document = document
        self.promises = dict(promises or {})
        self._root = document.get("configuration", {}).get("root_module", {})
        changes = {item["address"]: item for item in document.get("resource_changes", []) if "deposed" not in item}
        read = document.get("prior_state", {}).get("values", {})
        self._blocks: dict[str, dict[str, Mapping[str, Any]]] = {}
        self._types = {item["type"] for item in changes.values()}
        self._all = [self._resource(item, changes) for item in _planned(document.get("planned_values", {}))]
        seen = {resource.address for resource in self._all}
        self._all += [
            self._resource(item, {})
            for item in _planned(read)
            if item["mode"] == "data" and item["address"] not in seen
        ]
        seen = {resource.address for resource in self._all}
        self._all += [self._read(change) for change in changes.values() if _pending(change, seen)]
        self._destroyed = [self._gone(change) for change in changes.values() if _action(change) in DESTROYING]
        self._by_type: dict[str, list[Resource]] = defaultdict(list)
        self._by_block: dict[tuple[str, str], list[Resource]] = defaultdict(list)
        for resource in self._all:
            if resource.mode == "managed":
                self._by_type[resource.type].append(resource)
            prefix = "data." if resource.mode == "data" else ""
            self._by_block[resource.module, f"{prefix}{resource.type}.{resource.name}"].append(resource)
        self._resolved: dict[tuple[str, tuple[Step, ...]], list[Resource]] = {}

    @property
    def resources(self) -> list[Resource]:
        """Return the managed resources as they will be after the apply."""
        return [resource for resource in self._all if resource.mode == "managed"]

    @property
    def destroyed(self) -> list[Resource]:
        """Return what the plan destroys or replaces, with its values of before."""
        return self._destroyed

    def of(self, *types: str) -> list[Resource]:
        """Return the managed resources of these types."""
        return [resource for kind in types for resource in self._by_type.get(kind, ())]

    def pointing_to(self, other: Resource, type_: str, *path: Step) -> list[Resource]:
        """Return the resources of a type whose argument at `path` is `other`."""
        return [resource for resource in self.of(type_) if resource.points_to(other, *path)]

    @cached_property
    def tier(self) -> str:
        """Return the tier, by the tag `tier` that most resources carry; "" for a plan that knows no tiers."""
        count: Counter[str] = Counter()
        for resource in self.resources:
            tags = resource.values.get("tags_all")
            tier = tags.get("tier") if known(tags) and isinstance(tags, dict) else None
            if isinstance(tier, str):
                count[tier] += 1
        return count.most_common(1)[0][0] if count else ""

    def resolve(self, resource: Resource, path: tuple[Step, ...]) -> list[Resource]:
        """Return what the argument at `path` of `resource` refers to."""
        if (resource.address, path) not in self._resolved:
            found = dict.fromkeys(
                self._follow(_dig(resource.expressions, path), resource.module, resource, frozenset())
            )
            self._resolved[resource.address, path] = [item for item in found if item is not resource]
        return self._resolved[resource.address, path]

    def _follow(
        self, expression: Any, module: str, origin: Resource | None, way: Way, *, each: bool = False
    ) -> Iterator[Resource]:
        """Yield the resources that an expression refers to; `way` is what led there, so that no circle is followed."""
        names = list(_references(expression))
        key = origin.key if origin and (each or {"each.key", "count.index"} & set(names)) else None
        for name in names:
            if (module, name) in way:
                continue
            further = way | {(module, name)}
            head, _, rest = name.partition(".")
            if head == "var":
                yield from self._variable(rest, module, further)
            elif head == "module":
                yield from self._output(rest, module, further)
            elif head == "each" and rest.startswith("value") and origin:
                yield from self._follow(origin.for_each, module, origin, further, each=True)
            elif head not in ("local", "each", "count", "path", "terraform", "self"):
                yield from self._block(name, module, key)

    def _variable(self, rest: str, module: str, way: Way) -> Iterator[Resource]:
        if not module:
            return
        outer, _ = _parent(module)
        argument = _module(self._root, module, call=True).get("expressions", {}).get(re.split(r"[.\[]", rest)[0])
        yield from self._follow(argument, outer, None, way)

    def _output(self, rest: str, module: str, way: Way) -> Iterator[Resource]:
        call, _, output = rest.partition(".")
        if not output:
            return
        inner = f"{module}.module.{call}" if module else f"module.{call}"
        outputs = _module(self._root, inner).get("outputs", {})
        name = re.split(r"[.\[]", output)[0]
        literal = re.search(r"^[^.\[]+\[(\"[^\"]*\"|\d+)\]", output)
        for found in self._follow(outputs.get(name, {}).get("expression"), inner, None, way):
            if literal is None or found.key is None or found.key == _key(literal[1]):
                yield found

    def _block(self, name: str, module: str, key: str | int | None) -> Iterator[Resource]:
        data = name.startswith("data.")
        match = KEYED.match(name.removeprefix("data."))
        if match is None or "." not in match["block"]:
            return
        wanted = _key(match["key"]) if match["key"] else key
        block = f"{'data.' if data else ''}{match['block']}"
        found = self._by_block.get((module, block)) or self._in_instances(module, block)
        narrowed = [item for item in found if wanted is not None and item.key == wanted]
        yield from narrowed or (found if match["key"] is None else ())

    def _in_instances(self, module: str, block: str) -> list[Resource]:
        """Return the resources of a block in all instances of a module that is called with count or for_each."""
        plain = INSTANCE.sub("", module)
        return [
            item
            for (where, name), items in self._by_block.items()
            if name == block and INSTANCE.sub("", where) == plain
            for item in items
        ]

    def _resource(self, item: Mapping[str, Any], changes: Mapping[str, Any]) -> Resource:
        change = changes.get(item["address"], {})
        unknown = self._set_but_unknown(item, change.get("change", {}).get("after_unknown", {}))
        values = {**item.get("values", {}), **dict.fromkeys(self._mirrored(item, _action(change)))}
        return self._make(item, laid_over(values, unknown), _action(change))

    def _mirrored(self, item: Mapping[str, Any], action: str) -> Iterator[str]:
        """Yield the attributes in which AWS only lists what other resources of the plan have added, as it was."""
        if action != "create" and item["type"] in MIRRORED:
            written = self._configured(_module_of(item)).get(_block_of(item), {}).get("expressions", {})
            names, others = MIRRORED[item["type"]]
            if self._types & others:
                yield from (name for name in names if name not in written)

    def _set_but_unknown(self, item: Mapping[str, Any], unknown: Mapping[str, Any]) -> Mapping[str, Any]:
        """Leave out what nobody sets: AWS will choose it, which to a policy is as if it were not there."""
        configured = self._configured(_module_of(item)).get(_block_of(item))
        if configured is None or item["mode"] == "data":
            return unknown
        written = configured.get("expressions", {})
        written = {*written, "tags_all"} if "tags" in written else written  # the provider makes it of `tags`
        return {key: mark for key, mark in unknown.items() if mark is not True or key in written}

    def _read(self, change: Mapping[str, Any]) -> Resource:
        body = change["change"]
        return self._make(change, laid_over(body.get("after") or {}, body.get("after_unknown", {})), "read")

    def _gone(self, change: Mapping[str, Any]) -> Resource:
        return self._make(change, change["change"].get("before") or {}, _action(change))

    def _make(self, item: Mapping[str, Any], values: Mapping[str, Any], action: str) -> Resource:
        module = _module_of(item)
        configured = self._configured(module).get(_block_of(item), {})
        return Resource(
            address=item["address"],
            type=item["type"],
            name=item["name"],
            mode=item["mode"],
            module=module,
            key=item.get("index"),
            action=action,
            provider=str(configured.get("provider_config_key", "")).rpartition(":")[2],
            values=values,
            expressions=configured.get("expressions", {}),
            for_each=configured.get("for_each_expression") or configured.get("count_expression"),
            plan=self,
        )

    def _configured(self, module: str) -> Mapping[str, Any]:
        plain = INSTANCE.sub("", module)
        if plain not in self._blocks:
            self._blocks[plain] = {item["address"]: item for item in _module(self._root, plain).get("resources", [])}
        return self._blocks[plain]


def _planned(values: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    def walk(module: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
        yield from module.get("resources", [])
        for child in module.get("child_modules", []):
            yield from walk(child)

    return walk(values.get("root_module", {}))


def _pending(change: Mapping[str, Any], seen: set[str]) -> bool:
    return bool(change.get("mode") == "data" and change["address"] not in seen)


def _action(change: Mapping[str, Any]) -> str:
    actions = change.get("change", {}).get("actions", ["no-op"])
    return str(actions[0]) if len(actions) == 1 else "replace"


def _module_of(item: Mapping[str, Any]) -> str:
    """Return the address of the module that a resource is in, "" for the root module."""
    return str(item["address"].removesuffix(_local(item))[:-1])


def _block_of(item: Mapping[str, Any]) -> str:
    """Return the address of a resource's block within its module."""
    return f"{'data.' if item['mode'] == 'data' else ''}{item['type']}.{item['name']}"


def _local(item: Mapping[str, Any]) -> str:
    """Return the address of a resource within its module, instance key and all."""
    prefix = "data." if item["mode"] == "data" else ""
    index = item.get("index")
    key = "" if index is None else (f"[{index}]" if isinstance(index, int) else f'["{_escaped(index)}"]')
    return f"{prefix}{item['type']}.{item['name']}{key}"


def _escaped(key: str) -> str:
    return key.replace("\\", "\\\\").replace('"', '\\"')


def _key(literal: str) -> str | int:
    return literal[1:-1] if literal.startswith('"') else int(literal)


def _parent(module: str) -> tuple[str, str]:
    """Return the address of the module around `module`, and the name of the call."""
    plain = INSTANCE.sub("", module)
    outer, _, call = plain.rpartition("module.")
    return outer.rstrip("."), call


def _module(root: Mapping[str, Any], module: str, *, call: bool = False) -> Mapping[str, Any]:
    """Return the configuration of a module by its address, or of the call of it."""
    found: Mapping[str, Any] = root
    called: Mapping[str, Any] = {}
    for name in re.findall(r"module\.([\w-]+)", INSTANCE.sub("", module)):
        called = found.get("module_calls", {}).get(name, {})
        found = called.get("module", {})
    return called if call else found


def _dig(expression: Any, path: tuple[Step, ...]) -> Any:
    """Return the part of an expression at `path`; whole-object expressions are returned as they are."""
    for step in path:
        in_map = isinstance(expression, dict) and isinstance(step, str) and step in expression
        if in_map or (isinstance(expression, list) and isinstance(step, int) and step < len(expression)):
            expression = expression[step]
        elif isinstance(expression, list) and len(expression) == 1 and isinstance(step, int):
            expression = expression[0]  # a dynamic block is written once, whatever it makes
        elif isinstance(expression, dict) and "references" in expression:
            return expression
        else:
            return None
    return expression


def _references(expression: Any) -> Iterator[str]:
    """Yield each reference of an expression once, the longest of those that say the same."""
    if isinstance(expression, dict):
        names = expression.get("references")
        if isinstance(names, list):
            previous = ""
            for name in names:
                if not previous.startswith((f"{name}.", f"{name}[")):
                    yield name
                    previous = name
        else:
            for item in expression.values():
                yield from _references(item)
    elif isinstance(expression, list):
        for item in expression:
            yield from _references(item)
