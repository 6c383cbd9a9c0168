"""Terraform's plan JSON, read into types; it may come from any root module, not only from ours."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from generator.diagnostics import UserError

ACTIONS = {
    ("no-op",): "no-op",
    ("read",): "read",
    ("create",): "create",
    ("update",): "update",
    ("delete",): "delete",
    ("forget",): "forget",
    ("delete", "create"): "replace",
    ("create", "delete"): "replace",
}
MODULE = re.compile(r"module\.([\w-]+)")


@dataclass(frozen=True, slots=True)
class Change:
    """What the plan does to one resource; `action` is create, update, replace, delete, forget, read or no-op.

    `component` is the outermost module call, "" for a resource of the root module itself. `before` and `after` are
    the values that are known; they may be sensitive, so none is printed but those of named, harmless arguments.
    """

    address: str
    type: str
    component: str
    action: str
    reason: str = ""
    previous_address: str = ""
    replace_paths: tuple[str, ...] = ()
    before: Mapping[str, Any] = field(default_factory=dict, repr=False, compare=False)
    after: Mapping[str, Any] = field(default_factory=dict, repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class Plan:
    """A plan: its changes in address order, and whether outputs change."""

    terraform_version: str
    changes: tuple[Change, ...]
    output_changes: int

    def effective(self) -> list[Change]:
        """Return the changes that do something to managed resources."""
        return [change for change in self.changes if change.action not in ("no-op", "read")]

    def moved(self) -> list[Change]:
        """Return the resources that get a new address."""
        return [change for change in self.changes if change.previous_address]

    def empty(self) -> bool:
        """Say whether applying the plan would change nothing."""
        return not (self.effective() or self.moved() or self.output_changes)


def read_plan(file: Path) -> Plan:
    """Read the output of `terraform show -json` on a plan from `file`.

    Raises UserError if it is no plan JSON, of another major format, or of a plan that failed.
    """
    try:
        document = json.loads(file.read_bytes())
    except OSError as error:
        raise UserError(f"cannot read the plan {file}: {(error.strerror or str(error)).lower()}", _AGAIN) from None
    except ValueError:
        raise UserError(f"{file} is not JSON", _AGAIN) from None
    return parse_plan(document, str(file))


_AGAIN = "make it with `terraform show -json PLAN_FILE`"


def parse_plan(document: Any, name: str = "the plan") -> Plan:
    """Return the typed plan of a plan JSON `document`; raises UserError as `read_plan` does."""
    if not isinstance(document, dict) or ("resource_changes" not in document and "planned_values" not in document):
        raise UserError(f"{name} is no Terraform plan in JSON form", _AGAIN)
    version = str(document.get("format_version", ""))
    if version.split(".", maxsplit=1)[0] != "1":
        raise UserError(f'{name} has the plan format "{version}", but 1.x is what can be read', _AGAIN)
    if document.get("errored"):
        raise UserError(f"{name} is of a plan that failed", "mend what Terraform reported, and plan again")
    changes = sorted((_change(item) for item in document.get("resource_changes", [])), key=lambda item: item.address)
    outputs = document.get("output_changes", {}).values()
    return Plan(
        terraform_version=document.get("terraform_version", ""),
        changes=tuple(changes),
        output_changes=sum(1 for item in outputs if item["actions"] != ["no-op"]),
    )


def _change(item: dict[str, Any]) -> Change:
    change = item["change"]
    module = MODULE.match(item["address"])
    return Change(
        address=item["address"],
        type=item["type"],
        component=module[1] if module else "",
        action=ACTIONS.get(tuple(change["actions"]), "/".join(change["actions"])),
        reason=item.get("action_reason", ""),
        previous_address=item.get("previous_address", ""),
        replace_paths=tuple(_path(path) for path in change.get("replace_paths", [])),
        before=change.get("before") or {},
        after=change.get("after") or {},
    )


def _path(steps: list[Any]) -> str:
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in steps).lstrip(".")
