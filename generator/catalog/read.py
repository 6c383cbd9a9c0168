"""Read a module's interface from its `.tf` files with python-hcl2."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path
from typing import Any

from generator.catalog import dependencies
from generator.catalog.inference import infer
from generator.catalog.model import Input, Module, Output
from generator.catalog.types import TypeSyntaxError, parse_type
from generator.diagnostics import UserError

Blocks = dict[str, list[dict[str, Any]]]


def module_files(folder: Path) -> list[Path]:
    """Return the files that make the module work, sorted: all but its README and hidden files."""
    return sorted(
        file
        for file in folder.rglob("*")
        if file.is_file()
        and file.name != "README.md"
        and not any(p.startswith(".") for p in file.relative_to(folder).parts)
    )


def digest_of(folder: Path) -> str:
    """Return a SHA-256 over the names and bytes of the module's files."""
    total = hashlib.sha256()
    for file in module_files(folder):
        content = file.read_bytes()
        total.update(f"{file.relative_to(folder).as_posix()}\0{len(content)}\0".encode())
        total.update(content)
    return total.hexdigest()


def read_module(folder: Path, digest: str) -> Module:
    """Return the interface of the module in `folder`.

    Raises UserError if a file is no HCL or a variable has no readable type.
    """
    blocks: Blocks = {}
    lines: dict[tuple[str, str], tuple[str, int]] = {}
    for file in sorted(folder.glob("*.tf")):
        text = file.read_text(encoding="utf-8")
        for kind, found in _parse(text, file).items():
            blocks.setdefault(kind, []).extend(found)
        lines |= _lines(text, f"{folder.name}/{file.name}")
    known = dependencies.graph(blocks)
    inputs = (_input(name, body, lines) for block in blocks.get("variable", []) for name, body in block.items())
    outputs = (_output(name, body, lines, known) for block in blocks.get("output", []) for name, body in block.items())
    return Module(
        name=folder.name,
        inputs={item.name: item for item in sorted(inputs, key=lambda item: item.name)},
        outputs={item.name: item for item in sorted(outputs, key=lambda item: item.name)},
        aliases=_aliases(blocks),
        digest=digest,
    )


def _parse(text: str, file: Path) -> Blocks:
    import hcl2  # noqa: PLC0415 - heavy, and needed only when a module changed
    from lark.exceptions import LarkError  # noqa: PLC0415

    try:
        blocks: Blocks = hcl2.loads(text, serialization_options=hcl2.SerializationOptions(strip_string_quotes=True))
    except LarkError as error:
        place = f"{file}:{getattr(error, 'line', 1)}:{getattr(error, 'column', 1)}"
        message = f"{place}: not valid HCL: {str(error).splitlines()[0]}"
        raise UserError(message, "run `terraform fmt` and `terraform validate` on the module") from None
    return blocks


def _lines(text: str, name: str) -> dict[tuple[str, str], tuple[str, int]]:
    """Return where each variable and output block starts: python-hcl2 gives no lines for these."""
    return {
        (match[1], match[2]): (name, text.count("\n", 0, match.start()) + 1)
        for match in re.finditer(r'^(variable|output)\s+"([^"]+)"', text, re.MULTILINE)
    }


def _input(name: str, body: dict[str, Any], lines: dict[tuple[str, str], tuple[str, int]]) -> Input:
    file, line = lines[("variable", name)]
    kind = _unwrap(body.get("type", "any"))
    try:
        parse_type(kind)
    except TypeSyntaxError as error:
        raise UserError(f"modules/{file}:{line}: variable {name}: {error}") from None
    return Input(
        name=name,
        type=kind,
        description=body.get("description", ""),
        required="default" not in body,
        default=body.get("default"),
        nullable=body.get("nullable", True) is not False,
        sensitive=body.get("sensitive", False) is True,
        file=file,
        line=line,
    )


def _output(
    name: str, body: dict[str, Any], lines: dict[tuple[str, str], tuple[str, int]], known: dependencies.Graph
) -> Output:
    file, line = lines[("output", name)]
    return Output(
        name=name,
        type=infer(body.get("value")),
        description=body.get("description", ""),
        sensitive=body.get("sensitive", False) is True,
        file=file,
        line=line,
        inputs=dependencies.variables_behind(f"output.{name}", known),
    )


def _aliases(blocks: Blocks) -> tuple[str, ...]:
    """Return the names of the `aws` provider aliases in `configuration_aliases`."""
    found = set()
    for terraform in blocks.get("terraform", []):
        for requirements in terraform.get("required_providers", []):
            for alias in requirements.get("aws", {}).get("configuration_aliases", []):
                found.add(_unwrap(alias).removeprefix("aws."))
    return tuple(sorted(found))


def _unwrap(text: Any) -> str:
    word = str(text)
    return word[2:-1] if word.startswith("${") and word.endswith("}") else word
