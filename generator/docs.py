"""Documents made from the code: the modules' interface tables, the blueprints' JSON Schema, the list of policies."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from pathlib import Path

from generator.catalog import Catalog, Input, Module
from generator.catalog.schema import blueprint_schema
from generator.catalog.types import tidy
from generator.diagnostics import UserError
from generator.policy import TIERS
from generator.policy.load import Description, describe
from generator.project import SOURCE
from generator.render.hcl import hcl

BEGIN, END = "<!-- BEGIN INTERFACE -->", "<!-- END INTERFACE -->"
BEGIN_POLICIES, END_POLICIES = "<!-- BEGIN POLICIES -->", "<!-- END POLICIES -->"
BETWEEN_POLICIES = re.compile(f"{BEGIN_POLICIES}.*?{END_POLICIES}", re.DOTALL)
POLICIES = SOURCE / "docs" / "policies.md"
BETWEEN = re.compile(f"{BEGIN}.*?{END}", re.DOTALL)


def documents(catalog: Catalog, schema: Path, policies: Path) -> dict[Path, str]:
    """Return what each generated document should hold, by its path.

    Raises UserError if a module's README lacks the two marks, PolicyError if a policy does not load.
    """
    wanted = {schema: json.dumps(blueprint_schema(catalog), indent=1) + "\n"}
    for module in catalog.modules.values():
        file = catalog.folder / module.name / "README.md"
        text = file.read_text(encoding="utf-8") if file.is_file() else ""
        if not BETWEEN.search(text):
            raise UserError(f"{file} has no place for the interface", f"add the lines {BEGIN} and {END}")
        table = interface(module)
        wanted[file] = BETWEEN.sub(lambda _match, table=table: f"{BEGIN}\n{table}{END}", text)  # type: ignore[misc]
    text = POLICIES.read_text(encoding="utf-8")
    table = policy_table(describe(policies), Path("..") / policies.name)
    wanted[POLICIES] = BETWEEN_POLICIES.sub(lambda _: f"{BEGIN_POLICIES}\n{table}{END_POLICIES}", text)
    return wanted


def policy_table(policies: Sequence[Description], folder: Path) -> str:
    """Return what the policies say of themselves as Markdown, given the way from the document to their folder."""
    lines = []
    for item in policies:
        tiers = "" if set(item.tiers) == set(TIERS) else f", {' and '.join(item.tiers)} only"
        unknown = "accepted until the apply" if item.accepts_unknown else "a finding"
        lines += [
            f"### {item.id}: {_cell(item.title)}", "",
            f"{item.severity}{tiers} · [{item.file}]({(folder / item.file).as_posix()}) · [source]({item.source})", "",
            f"- **Why.** {_cell(item.why)}",
            f"- **Remedy.** {_cell(item.remedy)}",
            f"- **Unknown value.** {unknown}: {_cell(item.unknown)}",
            f"- **Judges** {', '.join(f'`{name}`' for name in item.resources)}", "",
        ]  # fmt: skip
    return "\n".join(lines)


def stale(wanted: dict[Path, str]) -> list[Path]:
    """Return the documents that do not hold what they should."""
    return [path for path, text in wanted.items() if not path.is_file() or path.read_text(encoding="utf-8") != text]


def interface(module: Module) -> str:
    """Return a module's inputs and outputs as Markdown tables."""
    inputs = ["## Inputs", "", "| name | type | default | description |", "| --- | --- | --- | --- |"]
    inputs += [
        f"| `{item.name}` | {_code(tidy(item.type))} | {_default(item)} | {_cell(item.description)} |"
        for item in sorted(module.inputs.values(), key=lambda item: (not item.required, item.name))
    ]
    outputs = ["## Outputs", "", "| name | description |", "| --- | --- |"]
    outputs += [f"| `{item.name}` | {_cell(item.description)} |" for item in module.outputs.values()]
    return "\n".join([*inputs, "", *outputs, ""])


def _default(item: Input) -> str:
    if item.required:
        return "required"
    return _code(" ".join(hcl(item.default).split()))


def _code(text: str) -> str:
    return f"`{_cell(text)}`"


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")
