"""The interface of a module, as its HCL declares it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Input:
    """A variable of a module; `line` is where `variables.tf` declares it."""

    name: str
    type: str
    description: str
    required: bool
    default: Any
    nullable: bool
    sensitive: bool
    file: str
    line: int


@dataclass(frozen=True, slots=True)
class Output:
    """An output of a module.

    `type` is inferred from its expression, `any` where that does not tell; `inputs` are the variables that its
    value depends on through the module's resources.
    """

    name: str
    type: str
    description: str
    sensitive: bool
    file: str
    line: int
    inputs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Module:
    """A module's interface, the provider aliases that it asks for, and the digest of its Terraform files."""

    name: str
    inputs: dict[str, Input]
    outputs: dict[str, Output]
    aliases: tuple[str, ...]
    digest: str
