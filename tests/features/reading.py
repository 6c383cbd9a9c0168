"""Look-ups in a plan. What is not there raises AssertionError, so that an assertion fails and does not crash."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Evidence:
    """What a tier is judged by: the plan JSON, and the module calls of the main.tf that was planned.

    The plan knows what an argument refers to, but not the keys of a map that holds references: those are in main.tf.
    """

    document: dict[str, Any]
    calls: dict[str, dict[str, Any]]

    @classmethod
    def of(cls, folder: Path) -> Evidence:
        """Read a root module that `tierform plan` has left: its plan.json and main.tf."""
        import hcl2  # noqa: PLC0415 - half a second

        options = hcl2.SerializationOptions(strip_string_quotes=True)
        blocks = hcl2.loads((folder / "main.tf").read_text(), serialization_options=options)
        calls = {name: body for block in blocks["module"] for name, body in block.items()}
        document = json.loads((folder / "plan.json").read_bytes())
        # Nothing reads these, and each mutation copies the document.
        kept = {key: value for key, value in document.items() if key not in ("prior_state", "relevant_attributes")}
        return cls(kept, calls)


class Reading:
    """Looks things up in a plan: planned values, what is unknown, and what refers to what."""

    def __init__(self, evidence: Evidence) -> None:
        import tftest  # noqa: PLC0415 - heavy

        self.plan = tftest.TerraformPlanOutput(evidence.document)
        self.calls = evidence.calls

    def all(self, component: str, kind: str) -> dict[str, dict[str, Any]]:
        """Return the planned values of all resources of a type in a component, by address within it."""
        assert f"module.{component}" in self.plan.modules, f"no component {component}"
        resources = self.plan.modules[f"module.{component}"].resources
        return {address: item["values"] for address, item in resources.items() if item["type"] == kind}

    def some(self, component: str, kind: str) -> list[dict[str, Any]]:
        """Return the planned values of all resources of a type in a component, of which there must be some."""
        found = self.all(component, kind)
        assert found, f"no {kind} in {component}"
        return list(found.values())

    def one(self, component: str, address: str) -> dict[str, Any]:
        """Return the planned values of a resource, given its address within the component."""
        assert f"module.{component}" in self.plan.modules, f"no component {component}"
        resources = self.plan.modules[f"module.{component}"].resources
        assert address in resources, f"no {address} in {component}"
        values: dict[str, Any] = resources[address]["values"]
        return values

    def value(self, component: str, address: str, *path: str | int) -> Any:
        """Return what lies deep in the planned values of a resource."""
        value: Any = self.one(component, address)
        for step in path:
            assert step in value if isinstance(value, dict) else step < len(value), f"{address} has no {step}"
            value = value[step]
        return value

    def every(self, kind: str) -> dict[str, dict[str, Any]]:
        """Return the planned values of all resources of a type, of which there must be some, by full address."""
        found = {
            f"{module}.{address}": item["values"]
            for module, content in self.plan.modules.items()
            for address, item in content.resources.items()
            if item["type"] == kind
        }
        assert found, f"no {kind}"
        return found

    def unknown(self, component: str, address: str) -> dict[str, Any]:
        """Return what only the apply will know of a resource, as Terraform writes it down: attribute to true."""
        change = self.plan.resource_changes.get(f"module.{component}.{address}")
        assert change, f"no {address} in {component}"
        unknown: dict[str, Any] = change["change"]["after_unknown"]
        return unknown

    def references(self, component: str, argument: str) -> set[str]:
        """Return what an argument of a component's module call refers to."""
        calls = self.plan.configuration["root_module"]["module_calls"]
        assert component in calls, f"no component {component}"
        return set(references(calls[component]["expressions"].get(argument)))

    def wiring(self, component: str, resource: str, *path: str | int) -> set[str]:
        """Return what an argument of a resource refers to within its module; path leads to it, as in the configuration."""
        expression: Any = configured(self.plan, component, resource)["expressions"]
        for step in path:
            assert step in expression if isinstance(expression, dict) else step < len(expression), f"no {step}"
            expression = expression[step]
        return set(references(expression))

    def call(self, component: str, argument: str) -> Any:
        """Return an argument of a component's module call, as main.tf has it."""
        assert argument in self.calls.get(component, {}), f"{component} has no {argument}"
        return self.calls[component][argument]

    def output(self, name: str) -> Any:
        """Return the planned value of an output of the root module."""
        assert name in self.plan.outputs, f"no output {name}"
        return self.plan.outputs[name]

    def output_references(self, name: str) -> set[str]:
        """Return what an output of the root module refers to."""
        return set(references(self.plan.configuration["root_module"]["outputs"].get(name)))


def references(expression: Any) -> Iterator[str]:
    """Yield all references of an expression of a plan's configuration, however deep."""
    if isinstance(expression, dict):
        yield from expression.get("references", [])
        for value in expression.values():
            yield from references(value)
    elif isinstance(expression, list):
        for value in expression:
            yield from references(value)


def written_references(expression: str) -> set[str]:
    """Return what an expression of main.tf refers to, as a plan's configuration names it."""
    return set(re.findall(r"\b(?:module\.\w+\.\w+(?:\[\"[^\"]+\"\])?|(?:var|local)\.\w+)", expression))


def configured(plan: Any, component: str, resource: str) -> dict[str, Any]:
    """Return a resource of a component in the plan's configuration."""
    calls = plan["configuration"]["root_module"]["module_calls"]
    found = [item for item in calls[component]["module"]["resources"] if item["address"] == resource]
    assert found, f"{component} does not configure {resource}"
    resource_: dict[str, Any] = found[0]
    return resource_
