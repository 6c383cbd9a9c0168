"""Reads the policies of a folder: Python ones, and Checkov's graph checks in YAML.

A file that does not load is an error, never a policy less.
"""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from generator.policy.policy import TIERS, Policy

Loaded = tuple[Path, Policy]


class PolicyError(Exception):
    """A policy file that does not load; `file` names it."""

    def __init__(self, file: Path, message: str) -> None:
        super().__init__(f"{file}: {message}")
        self.file = file


def load_policies(folder: Path) -> list[Policy]:
    """Return the Python policies in `folder` in the order of their ids; raises PolicyError."""
    return _in_order(folder, list(_policies(folder)))


def load_all(folder: Path) -> tuple[list[Policy], list[Description]]:
    """Return the Python policies in `folder`, and descriptions of all, each file read once; raises PolicyError."""
    loaded = list(_policies(folder))
    return _in_order(folder, loaded), _described(folder, loaded)


def _in_order(folder: Path, loaded: list[Loaded]) -> list[Policy]:
    found: dict[str, Policy] = {}
    for file, policy in loaded:
        if policy.id in found:
            raise PolicyError(file, f"{policy.id} is the id of another policy, too")
        found[policy.id] = policy
    if not found:
        raise PolicyError(folder, "there is no policy in it")
    return [found[id_] for id_ in sorted(found)]


@dataclass(frozen=True, slots=True)
class Description:
    """What a policy says of itself, Python or YAML; `accepts_unknown` tells what an unknown value means."""

    file: str
    id: str
    title: str
    severity: str
    why: str
    remedy: str
    source: str
    unknown: str
    accepts_unknown: bool
    tiers: tuple[str, ...]
    resources: tuple[str, ...]


def describe(folder: Path) -> list[Description]:
    """Return the descriptions of all policies in `folder`, in the order of their ids; raises PolicyError."""
    return _described(folder, list(_policies(folder)))


def _described(folder: Path, loaded: list[Loaded]) -> list[Description]:
    found = [
        Description(
            file=file.name, id=policy.id, title=policy.title, severity=str(policy.severity), why=policy.why,
            remedy=policy.remedy, source=policy.source, unknown=policy.unknown.why,
            accepts_unknown=policy.unknown.accepted, tiers=policy.tiers, resources=policy.resources,
        )
        for file, policy in loaded
    ]  # fmt: skip
    found += [_graph_check(file) for file in sorted(folder.glob("*.yaml"))]
    seen: dict[str, str] = {}
    for item in found:
        if item.id in seen:
            raise PolicyError(folder / item.file, f"{item.id} is the id of {seen[item.id]}, too")
        seen[item.id] = item.file
    return sorted(found, key=lambda item: item.id)


def _policies(folder: Path) -> Iterator[Loaded]:
    for file in sorted(folder.glob("*.*")):
        if file.suffix not in (".py", ".yaml", ".pyc") and file.is_file():
            raise PolicyError(file, "is no policy: those are .py or .yaml files")
    for file in sorted(folder.glob("*.py")):
        if file.name != "__init__.py":
            yield file, _load(file)


def _graph_check(file: Path) -> Description:
    import yaml  # noqa: PLC0415 - only who has such checks pays for it

    try:
        document = yaml.safe_load(file.read_bytes())
        told = document["metadata"]
        if not list(_filtered(document["definition"])):
            raise ValueError("it names no resource types: a filter on `resource_type` is missing")
        return Description(
            file=file.name, id=told["id"], title=told["name"], severity=told["severity"].lower(), why=told["why"],
            remedy=told["remedy"], source=told["source"], unknown=told["unknown"], accepts_unknown=True,
            tiers=tuple(told.get("tiers", TIERS)), resources=tuple(sorted(_filtered(document["definition"]))),
        )  # fmt: skip
    except Exception as error:
        raise PolicyError(file, f"does not load: {type(error).__name__}: {error}") from error


def _filtered(definition: Any) -> Iterator[str]:
    """Yield the resource types that a graph check gives records for: those that it filters by."""
    if isinstance(definition, list):
        for item in definition:
            yield from _filtered(item)
    elif isinstance(definition, dict):
        if definition.get("cond_type") == "filter":
            yield from definition.get("value", [])
        else:
            for key in ("and", "or", "not"):
                yield from _filtered(definition.get(key, []))


def _load(file: Path) -> Policy:
    name = f"tierform_policies.{file.stem}"
    spec = importlib.util.spec_from_file_location(name, file)
    if spec is None or spec.loader is None:
        raise PolicyError(file, "is no Python file")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except (Exception, SystemExit) as error:
        raise PolicyError(file, f"does not load: {type(error).__name__}: {error}") from error
    policies = [value for value in vars(module).values() if isinstance(value, Policy)]
    if len(policies) != 1:
        raise PolicyError(file, f"defines {len(policies)} policies; a file defines one")
    return policies[0]
