"""Waivers: findings of the gate that a blueprint accepts, each with reason, owner and expiry."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from generator.blueprint.document import Node
from generator.diagnostics import Mark, Problems, nearest

KEYS = ("check", "address", "reason", "owner", "expires")
WHEN = ("created", "deployed")
CHECK = re.compile(r"[A-Z0-9]+(_[A-Z0-9]+)+$")
EXAMPLES = {
    "check": "check: CKV_AWS_338",
    "address": "address: aws_cloudwatch_log_group.*",
    "reason": "reason: a sentence that says why the finding is acceptable here",
    "owner": "owner: the team that answers for it",
    "expires": "expires: 2027-11-30",
}


@dataclass(frozen=True, slots=True)
class Waiver:
    """A finding that is accepted: of `check`, at addresses that match `address`, until the day `expires`.

    `when` is "created" or "deployed" for a finding that shows only before, or only after, the resource is there.
    """

    name: str
    check: str
    address: str
    reason: str
    owner: str
    expires: str
    mark: Mark
    when: str = ""


def decode_waivers(section: Node | None, component: str, problems: Problems) -> tuple[Waiver, ...]:
    """Decode the map `waivers` of a component, or of the root module where `component` is ""; faults in `problems`."""
    if section is None or section.value is None:
        return ()
    if not isinstance(section.value, dict):
        problems.add(section.mark, f"`waivers` is a map, not a {section.kind()}", "give each waiver a name")
        return ()
    made = (_waiver(name, section.keys[name], node, component, problems) for name, node in section.items())
    return tuple(waiver for waiver in made if waiver is not None)


def _waiver(name: str, mark: Mark, node: Node, component: str, problems: Problems) -> Waiver | None:
    if node.value is None:
        return None
    if not isinstance(node.value, dict):
        problems.add(node.mark, f'waiver "{name}" is a map, not a {node.kind()}', f"give it {', '.join(KEYS)}")
        return None
    for key in node.keys:
        if key not in (*KEYS, "when"):
            problems.add(node.keys[key], f'a waiver has no key "{key}"', nearest(key, (*KEYS, "when")))
    texts = {key: _text(node, key, name, mark, problems) for key in KEYS}
    if not all(texts.values()):
        return None
    if not CHECK.match(texts["check"]):
        problems.add(node.value["check"].mark, f'"{texts["check"]}" is no id of a check', f"write {EXAMPLES['check']}")
    try:
        date.fromisoformat(texts["expires"])
    except ValueError:
        problems.add(node.value["expires"].mark, f'"{texts["expires"]}" is no day', f"write {EXAMPLES['expires']}")
    when = node.get("when")
    if when is not None and when.value not in WHEN:
        problems.add(when.mark, f"`when` is {' or '.join(WHEN)}", "leave it out for a finding that is always there")
        return None
    prefix = f"module.{component}." if component else ""
    texts["address"] = prefix + texts["address"]
    return Waiver(name=name, mark=mark, when=str(when.value) if when else "", **texts)


def _text(node: Node, key: str, name: str, mark: Mark, problems: Problems) -> str:
    found = node.get(key)
    if found is None or not isinstance(found.value, str) or not found.value.strip():
        place = found.mark if found else mark
        problems.add(place, f'waiver "{name}" has no {key}', f"write for example `{EXAMPLES[key]}`")
        return ""
    return found.value.strip()
