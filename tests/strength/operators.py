"""The faults: general operators over a plan, each a slip that people make. They know no policy.

Each operator yields Mutants; what a mutant changes is changed in the planned values, in the resource's change and, where
that says it, in the configuration. The operators and the tables below were fixed before any policy was tuned to them.
"""

from __future__ import annotations

import ipaddress
import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from tests.strength.document import Instance, Path, at, cut, instances, pending_documents, put, replaced
from tests.strength.schema import Schema

Document = Mapping[str, Any]
ANYWHERE, ANYWHERE6 = "0.0.0.0/0", "::/0"
ANYONE = {"type": "*", "identifiers": ["*"]}
# What a word is weakened to: the next worse that AWS takes.
WEAKER = {
    "HTTPS": "HTTP", "https-only": "allow-all", "redirect-to-https": "allow-all", "required": "preferred",
    "Enabled": "Suspended", "ENABLED": "DISABLED", "enabled": "disabled", "always": "never", "ALL": "REJECT",
    "BucketOwnerEnforced": "ObjectWriter", "TLSv1.2_2021": "TLSv1", "TLSv1.2": "TLSv1", "aws:kms": "AES256",
    "defensive": "monitor", "fixed-response": "forward", "password": "no-password-required", "CODE_DEPLOY": "EXTERNAL",
    "ECS": "EXTERNAL", "breaching": "notBreaching", "DENY": "SAMEORIGIN", "gp3": "gp2", "volatile-lru": "noeviction",
    "ipv4": "dualstack", "sigv4": "no-signing", "DNS": "EMAIL", "email": "sms", "vpc": "standard",
}  # fmt: skip
WEAKER_PATTERNS = {r"ELBSecurityPolicy-TLS13-.*": "ELBSecurityPolicy-2016-08", r"cron\(.*\)": "cron(0 0 1 1 ? 2099)"}
LARGER = re.compile(r"^((?:db|cache)\.)?([a-z]+\d+[a-z]*)\.(nano|micro|small|medium|large|\d*xlarge)$")
ASSOCIATIONS = re.compile(
    r"_(association|attachment|subscription|ingress_rule|egress_rule|listener_rule|policy|route|public_access_block"
    r"|versioning|logging|lifecycle_configuration|ownership_controls|server_side_encryption_configuration|delivery"
    r"|validation|capacity_providers|logging_configuration|alias|target)$"
)


@dataclass(frozen=True)
class Mutant:
    """One fault: what was done, to which argument of which resource, and the plan that results.

    `attribute` is the path without indices, as relevance.yaml names it; `valid` is false if Terraform would refuse it.
    """

    operator: str
    address: str
    type: str
    attribute: str
    text: str
    apply: Callable[[Document], Document]
    valid: bool = True

    @property
    def id(self) -> str:
        """Return what identifies the mutant within a plan."""
        return f"{self.operator} {self.address} {self.text}"


def mutants(document: Document, schema: Schema) -> Iterator[Mutant]:
    """Yield every mutant of a plan, in a fixed order."""
    referred, indexed = _referred(document), _indexed(document)
    for instance in instances(document):
        yield _remove_resource(instance, referred, indexed)
        for operator in (_drop_block, _change_values, _unset, _shrink_list, _open_group, _widen_policy):
            yield from operator(instance, schema)
    for instance in pending_documents(document):
        yield from _widen_pending(instance)
    yield from _swap_references(document)


# --- what is known -----------------------------------------------------------------------------------------------------


def _change_values(instance: Instance, schema: Schema) -> Iterator[Mutant]:
    """Switch booleans, lower and raise numbers, open CIDRs, weaken words, enlarge classes."""
    for path, value in _leaves(instance.planned["values"]):
        slot = schema.slot(instance.type, path)
        if slot is not None and (slot.block or not slot.settable):
            continue
        if slot is None and _computed_parent(instance, path, schema):
            continue
        for operator, new in _other_values(path, value):
            yield _changed(instance, operator, path, value, new)


def _other_values(path: Path, value: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(value, bool):
        yield "switch-boolean", not value
    elif isinstance(value, (int, float)):
        if value > 0:
            yield "lower-number", value // 2 if value > 1 else 0
            yield "raise-number", value * 10
    elif isinstance(value, str):
        yield from _other_words(path, value)


def _other_words(path: Path, value: str) -> Iterator[tuple[str, Any]]:
    if value.isdigit() and int(value) > 0:
        yield "lower-number", str(int(value) // 2)
        yield "raise-number", str(int(value) * 10)
    if _cidr(value):
        yield "open-cidr", ANYWHERE if ":" not in value else ANYWHERE6
    if value in WEAKER:
        yield "weaken-word", WEAKER[value]
    for pattern, weaker in WEAKER_PATTERNS.items():
        if re.fullmatch(pattern, value):
            yield "weaken-word", weaker
    if match := LARGER.match(value):
        yield "enlarge-class", f"{match[1] or ''}{match[2]}.16xlarge"


def _cidr(value: str) -> bool:
    try:
        ipaddress.ip_network(value)
    except ValueError:
        return False
    return "/" in value and value not in (ANYWHERE, ANYWHERE6)


def _shrink_list(instance: Instance, schema: Schema) -> Iterator[Mutant]:
    """Leave the first element of a list of plain values out."""
    for path, value in _lists(instance.planned["values"]):
        slot = schema.slot(instance.type, path)
        if slot and not slot.block and slot.settable and all(not isinstance(item, (dict, list)) for item in value):
            yield _changed(
                instance, "shrink-list", path, value[0], value[1:], valid=len(value) > 1 or not slot.required
            )


def _drop_block(instance: Instance, schema: Schema) -> Iterator[Mutant]:
    """Leave a nested block out."""
    for path, value in _lists(instance.planned["values"]):
        slot = schema.slot(instance.type, path)
        if slot and slot.block:
            for index in range(len(value)):
                place = (*path, index)
                valid = len(value) > 1 or not slot.required
                yield _mutant(
                    instance, "drop-block", place, "dropped", _edit(instance, lambda it, p=place: cut(it, p)), valid
                )


def _widen_policy(instance: Instance, _schema: Schema) -> Iterator[Mutant]:
    """Widen a statement of a policy document that is known."""
    for path, value in _leaves(instance.planned["values"]):
        if not (isinstance(value, str) and value.startswith("{") and '"Statement"' in value):
            continue
        document = json.loads(value)
        for index, statement in enumerate(document["Statement"]):
            changes: dict[str, Any] = {"Action": "*", "Resource": "*", "Principal": "*"}
            changes["Effect"] = "Allow" if statement["Effect"] == "Deny" else "Deny"
            for key, new in changes.items():
                if key in statement and statement[key] not in (new, [new], {"AWS": "*"}, {"AWS": ["*"]}):
                    wider = put(document, ("Statement", index, key), new)
                    yield _changed(instance, "widen-policy", path, f"{index}.{key}", json.dumps(wider))
            if "Condition" in statement:
                wider = cut(document, ("Statement", index, "Condition"))
                yield _changed(instance, "widen-policy", path, f"{index}.Condition", json.dumps(wider))


def _widen_pending(instance: Instance) -> Iterator[Mutant]:
    """Widen a statement of a policy document that only the apply completes."""
    for index, statement in enumerate(instance.change["change"]["after"].get("statement") or []):
        place: Path = ("statement", index)
        for name in ("actions", "resources"):
            if statement.get(name) not in (None, [], ["*"]):
                yield _pending(instance, (*place, name), "widened", lambda it, p=(*place, name): put(it, p, ["*"]))
        for number in range(len(statement.get("principals") or [])):
            path = (*place, "principals", number)
            yield _pending(instance, path, "anyone", lambda it, p=path: put(it, p, ANYONE))
        if statement.get("condition"):
            path = (*place, "condition")
            yield _pending(instance, path, "dropped", lambda it, p=path: put(it, p, []))


def _pending(instance: Instance, path: Path, text: str, edit: Callable[[Any], Any]) -> Mutant:
    """Return the mutant of a document whose argument becomes known; where the configuration lists it, there, too."""

    def write(block: Any) -> Any:
        listed = at(block, ("expressions", *path))
        new = {"constant_value": at(edit(instance.change["change"]["after"]), path)}
        return put(block, ("expressions", *path), new) if listed is not None else block

    return _mutant(instance, "widen-policy", path, text, _edit(instance, edit, path, write))


def _is_open(rule: Instance) -> bool:
    return rule.planned["values"].get("cidr_ipv4") == ANYWHERE


def _open_group(instance: Instance, _schema: Schema) -> Iterator[Mutant]:
    """Let anyone in, or out, instead of a group or a prefix list."""
    if not instance.type.endswith(("_ingress_rule", "_egress_rule")) or _is_open(instance):
        return

    def opened(values: Any) -> Any:
        gone = {"referenced_security_group_id": None, "prefix_list_id": None, "cidr_ipv4": ANYWHERE}
        return {**values, **gone}

    def forget(block: Any) -> Any:
        kept = {
            key: item
            for key, item in block.get("expressions", {}).items()
            if key not in ("referenced_security_group_id", "prefix_list_id")
        }
        return {**block, "expressions": {**kept, "cidr_ipv4": {"constant_value": ANYWHERE}}}

    text = f"open to {ANYWHERE}"
    yield _mutant(instance, "open-cidr", ("cidr_ipv4",), text, _edit(instance, opened, ("referenced_security_group_id",),
                                                                   forget))  # fmt: skip


# --- what is left out --------------------------------------------------------------------------------------------------


def _unset(instance: Instance, schema: Schema) -> Iterator[Mutant]:
    """Leave an argument out: a value, or a reference that only the apply can follow."""
    unknown = instance.change["change"].get("after_unknown", {})
    written = instance.block.get("expressions", {})
    for name, value in instance.planned["values"].items():
        slot = schema.slot(instance.type, (name,))
        if (
            slot
            and not slot.block
            and slot.settable
            and value not in (None, [], {}, "")
            and not isinstance(value, bool)
        ):
            edit = _edit(instance, lambda it, n=name: put(it, (n,), None))
            yield _mutant(instance, "unset", (name,), "unset", edit, not slot.required)
    for name in sorted(written):
        slot = schema.slot(instance.type, (name,))
        if unknown.get(name) is True and slot and not slot.block:
            yield _mutant(instance, "unset", (name,), "reference lost", _lose(instance, name), not slot.required)


def _lose(instance: Instance, name: str) -> Callable[[Document], Document]:
    """Return an edit that takes an argument out of a block, and so out of all its instances."""

    def apply(document: Document) -> Document:
        swaps: dict[int, Any] = {}
        for other in instances(document):
            if other.block is instance.block:
                change = other.change["change"]
                known = {
                    "after": put(change["after"], (name,), None),
                    "after_unknown": cut(change["after_unknown"], (name,)),
                }
                swaps[id(other.change)] = {**other.change, "change": {**change, **known}}
                swaps[id(other.planned)] = {**other.planned, "values": put(other.planned["values"], (name,), None)}
        swaps[id(instance.block)] = cut(instance.block, ("expressions", name))
        return replaced(document, swaps)

    return apply


def _referred(document: Document) -> dict[int, bool]:
    """Return for each block of the configuration, by its id(), whether its module refers to it elsewhere."""
    found: dict[int, bool] = {}

    def walk(module: Mapping[str, Any]) -> None:
        blocks = module.get("resources", [])
        texts = {id(block): json.dumps(block.get("expressions", {})) for block in blocks}
        outer = json.dumps(
            [module.get("outputs", {}), [_call(call) for call in module.get("module_calls", {}).values()]]
        )
        for block in blocks:
            names = re.compile(rf'"{re.escape(block["address"])}["\.\[]')
            others = (text for key, text in texts.items() if key != id(block))
            found[id(block)] = bool(names.search(outer)) or any(map(names.search, others))
        for call in module.get("module_calls", {}).values():
            walk(call.get("module", {}))

    walk(document["configuration"]["root_module"])
    return found


def _call(call: Mapping[str, Any]) -> Any:
    return call.get("expressions", {})


def _indexed(document: Document) -> set[str]:
    """Return the addresses of keyed instances that another resource of the same module and key looks up by that key."""
    found = set()
    by_place = {
        (_module(it.address), it.planned["name"], it.type, it.planned.get("index")): it for it in instances(document)
    }
    for instance in by_place.values():
        texts = set(_references(instance.block.get("expressions", {})))
        own = instance.planned.get("index")
        for text in texts:
            match = re.match(r"(aws_\w+)\.(\w+)(?:\[(.+?)\])?", text)
            key = json.loads(match[3]) if match and match[3] else own if {"each.key", "count.index"} & texts else None
            other = by_place.get((_module(instance.address), match[2], match[1], key)) if match else None
            if key is not None and other and other is not instance:
                found.add(other.address)
    return found


def _module(address: str) -> str:
    return re.match(r"(?:module\.\w+(?:\[[^\]]*\])?\.)*", address)[0]  # type: ignore[index]


def _references(expression: Any) -> Iterator[str]:
    if isinstance(expression, dict):
        yield from expression.get("references", [])
        for item in expression.values():
            yield from _references(item)
    elif isinstance(expression, list):
        for item in expression:
            yield from _references(item)


def _remove_resource(instance: Instance, referred: Mapping[int, bool], indexed: set[str]) -> Mutant:
    """Leave a resource out; its block stays in the configuration while other instances of it are there.

    Terraform refuses it where the module refers to a block that can only be there once, or to this very instance.
    """
    single = not {"for_each_expression", "count_expression"} & set(instance.block)
    valid = not (single and referred.get(id(instance.block), False)) and instance.address not in indexed

    def apply(document: Document) -> Document:
        swaps: dict[int, Any] = {id(instance.planned): None, id(instance.change): None}
        if sum(other.block is instance.block for other in instances(document)) == 1:
            swaps[id(instance.block)] = None
        return replaced(document, swaps)

    operator = "remove-association" if ASSOCIATIONS.search(instance.type) else "remove-resource"
    return Mutant(operator, instance.address, instance.type, "(resource)", "removed", apply, valid)


# --- what refers to something else ------------------------------------------------------------------------------------


def _swap_references(document: Document) -> Iterator[Mutant]:
    """Let an argument of a module call refer to another output of the same module, of the same kind by its last word."""
    root = document["configuration"]["root_module"]
    calls = root.get("module_calls", {})
    for name in sorted(calls):
        for argument, expression in sorted(calls[name].get("expressions", {}).items()):
            for reference in sorted(_output_references(expression)):
                for other in _alike(reference, calls):
                    yield _swapped(name, argument, expression, reference, other)


def _swapped(name: str, argument: str, expression: Any, reference: str, other: str) -> Mutant:
    def apply(document: Document) -> Document:
        return replaced(document, {id(expression): _renamed(expression, reference, other)})

    text = f"{argument}: {reference} -> {other}"
    return Mutant("swap-reference", f"module.{name}", "(module call)", f"{name}.{argument}", text, apply)


def _output_references(expression: Any) -> set[str]:
    if isinstance(expression, dict):
        own = {
            item
            for item in expression.get("references", [])
            if re.fullmatch(r"module\.\w+\.\w+(\[\"[^\"]+\"\])?", item)
        }
        longer = {re.sub(r"\[.*", "", item) for item in own if "[" in item}
        inner = (_output_references(item) for key, item in expression.items() if key != "references")
        return (own - longer).union(*inner)
    if isinstance(expression, list):
        return set().union(*map(_output_references, expression))
    return set()


def _alike(reference: str, calls: Mapping[str, Any]) -> list[str]:
    """Return the first other output of the module whose name ends with the same word."""
    _, module, output = reference.split(".", 2)
    if "[" in output:
        return []
    word = output.rsplit("_", 1)[-1]
    outputs = calls.get(module, {}).get("module", {}).get("outputs", {})
    alike = sorted(item for item in outputs if item != output and item.rsplit("_", 1)[-1] == word)
    return [f"module.{module}.{alike[0]}"] if alike else []


def _renamed(expression: Any, old: str, new: str) -> Any:
    if isinstance(expression, dict):
        return {key: _renamed(item, old, new) for key, item in expression.items()}
    if isinstance(expression, list):
        return [_renamed(item, old, new) for item in expression]
    return new if expression == old else expression


# --- how a change is made ------------------------------------------------------------------------------------------------


def _changed(instance: Instance, operator: str, path: Path, old: Any, new: Any, *, valid: bool = True) -> Mutant:
    text = f"{_dotted(path)}: {_short(old)} -> {_short(new)}"
    return _mutant(instance, operator, path, text, _edit(instance, lambda it: put(it, path, new), path), valid)


def _mutant(
    instance: Instance, operator: str, path: Path, text: str, apply: Callable[[Document], Document], valid: bool = True
) -> Mutant:
    attribute = ".".join(step for step in path if isinstance(step, str))
    shown = text if _dotted(path) in text else f"{_dotted(path)}: {text}"
    return Mutant(operator, instance.address, instance.type, attribute, shown, apply, valid)


def _edit(
    instance: Instance,
    edit: Callable[[Any], Any],
    now_known: Path = (),
    block: Callable[[Any], Any] | None = None,
) -> Callable[[Document], Document]:
    """Return what edits the values of one resource, planned and changed alike, and its block if need be."""
    change = instance.change["change"]
    unknown = cut(change["after_unknown"], now_known) if now_known else change["after_unknown"]
    swaps = {
        id(instance.planned): {**instance.planned, "values": edit(instance.planned["values"])},
        id(instance.change): {
            **instance.change,
            "change": {**change, "after": edit(change["after"]), "after_unknown": unknown},
        },
    }
    if block:
        swaps[id(instance.block)] = block(instance.block)
    return lambda document: replaced(document, swaps)


def _computed_parent(instance: Instance, path: Path, schema: Schema) -> bool:
    """Say whether a value stands in an attribute that nobody sets."""
    slot = schema.slot(instance.type, path[:1])
    return slot is None or (not slot.block and not slot.settable)


def _leaves(values: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    if isinstance(values, dict):
        for key, item in values.items():
            if not (path == () and key in ("tags_all", "id", "arn")):
                yield from _leaves(item, (*path, key))
    elif isinstance(values, list):
        for index, item in enumerate(values):
            yield from _leaves(item, (*path, index))
    elif values is not None:
        yield path, values


def _lists(values: Any, path: Path = ()) -> Iterator[tuple[Path, list[Any]]]:
    if isinstance(values, dict):
        for key, item in values.items():
            yield from _lists(item, (*path, key))
    elif isinstance(values, list):
        if values:
            yield path, values
        for index, item in enumerate(values):
            yield from _lists(item, (*path, index))


def _dotted(path: Path) -> str:
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path).lstrip(".")


def _short(value: Any) -> str:
    text = json.dumps(value) if not isinstance(value, str) else value
    return text if len(text) <= 60 else f"{text[:57]}..."


__all__ = ["Mutant", "at", "mutants"]
