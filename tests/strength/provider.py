"""Which mutants Terraform's provider refuses: `terraform validate` is asked about each changed resource, written anew."""

from __future__ import annotations

import json
import shutil
import subprocess
import tempfile
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from tests.strength.document import Instance, instances
from tests.strength.sample import Drawn
from tests.strength.schema import Schema
from tests.strength.score import Ground

Resources = dict[str, tuple[str, dict[str, Any]]]
UNKNOWN = "${var.unknown}"
BATCH = 400  # Terraform's time grows faster than the number of resources


def refusals(
    drawn: Sequence[Drawn], grounds: Mapping[str, Ground], schema: Schema, initialised: Path
) -> dict[str, str]:
    """Return why the provider refuses mutants, by their names; `initialised` is a root module that has the provider.

    A resource that it refuses as it stands in the plan cannot be written as it was: its mutants count as valid.
    """
    bodies: Resources = {}
    for tier, ground in grounds.items():
        for instance in instances(ground.document):
            bodies[f"{tier} {instance.address}"] = instance.type, _body(instance, schema)
    for item in drawn:
        if changed := _changed(item, grounds[item.tier]):
            bodies[item.name] = changed.type, _body(changed, schema)
    said = _validated(bodies, initialised)
    return {
        item.name: said[item.name]
        for item in drawn
        if said.get(item.name) and not said[f"{item.tier} {item.mutant.address}"]
    }


def _changed(item: Drawn, ground: Ground) -> Instance | None:
    """Return the resource as the mutant leaves it, None if it takes it away or is not about one."""
    changed = item.mutant.apply(ground.document)
    return next((it for it in instances(changed) if it.address == item.mutant.address), None)


def _validated(bodies: Resources, initialised: Path) -> dict[str, str]:
    """Return what Terraform says against each resource, by its name; "" if nothing."""
    names = list(bodies)
    said: dict[str, str] = {}
    for start in range(0, len(names), BATCH):
        said.update(_batch({name: bodies[name] for name in names[start : start + BATCH]}, initialised))
    return said


def _batch(bodies: Resources, initialised: Path) -> dict[str, str]:
    labels = {f"r{number}": name for number, name in enumerate(bodies)}
    resources: dict[str, dict[str, Any]] = {}
    for label, name in labels.items():
        resources.setdefault(bodies[name][0], {})[label] = bodies[name][1]
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        shutil.copytree(initialised / ".terraform" / "providers", folder / ".terraform" / "providers", symlinks=True)
        shutil.copy2(initialised / ".terraform.lock.hcl", folder)
        (folder / "main.tf.json").write_text(json.dumps({"variable": {"unknown": {}}, "resource": resources}))
        command = ["terraform", f"-chdir={folder}", "validate", "-json"]
        answer = json.loads(subprocess.run(command, capture_output=True, check=False).stdout)
    errors = [item for item in answer["diagnostics"] if item["severity"] == "error"]
    found = dict.fromkeys(bodies, "")
    for error in errors:
        found[labels[_label(error)]] = error["summary"]
    return found


def _label(error: Mapping[str, Any]) -> str:
    """Return which resource an error is about, by its address or by its place in the file."""
    address = error.get("address") or (error.get("snippet") or {}).get("context") or ""
    label = str(address).rpartition(".")[2]
    assert label.startswith("r"), f"Terraform cannot judge the mutants: {error['summary']}: {error.get('detail')}"
    return label


def _body(instance: Instance, schema: Schema) -> dict[str, Any]:
    change = instance.change["change"]
    written = instance.block.get("expressions", {})
    body = dict(_arguments(schema.types[instance.type], change["after"], change.get("after_unknown", {}), written))
    return {name: value for name, value in body.items() if name not in ("id", "tags_all")}


def _arguments(
    block: Mapping[str, Any], values: Mapping[str, Any], unknown: Any, written: Collection[str] = ()
) -> Iterator[tuple[str, Any]]:
    """Yield what one would write to get these values; of what AWS may choose, only what was written."""
    marks = unknown if isinstance(unknown, Mapping) else {}
    for name, attribute in block.get("attributes", {}).items():
        if not (attribute.get("optional") or attribute.get("required")):
            continue
        if attribute.get("write_only"):
            if name in written:
                yield name, UNKNOWN
        elif marks.get(name) is True and (name in written or not attribute.get("computed")):
            yield name, UNKNOWN
        elif values.get(name) not in (None, ""):
            yield name, _literal(values[name], marks.get(name))
    for name, nested in block.get("block_types", {}).items():
        if name != "timeouts" and values.get(name):
            single = isinstance(values[name], Mapping)
            items = [values[name]] if single else values[name]
            unknowns = [marks.get(name)] if single else marks.get(name) or []
            unknowns = unknowns if isinstance(unknowns, list) else []
            made = [
                dict(_arguments(nested["block"], item or {}, unknowns[place] if place < len(unknowns) else {}))
                for place, item in enumerate(items)
            ]
            yield name, made[0] if nested["nesting_mode"] == "single" else made


def _literal(value: Any, unknown: Any) -> Any:
    """Return a value as Terraform's JSON has it: what is unknown as a reference, `${` and `%{` as they are."""
    if unknown is True:
        return UNKNOWN
    if isinstance(value, str):
        return value.replace("${", "$${").replace("%{", "%%{")
    if isinstance(value, Mapping):
        marks = unknown if isinstance(unknown, Mapping) else {}
        return {key: _literal(item, marks.get(key)) for key, item in value.items()}
    if isinstance(value, list):
        marks = unknown if isinstance(unknown, list) else []
        return [_literal(item, marks[place] if place < len(marks) else None) for place, item in enumerate(value)]
    return value
