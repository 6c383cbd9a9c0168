"""The composition: a checked blueprint, ready to be rendered."""

from __future__ import annotations

from dataclasses import dataclass

from generator.blueprint.model import Blueprint
from generator.blueprint.references import Template
from generator.diagnostics import Mark

ACCOUNTS = "allowed_account_ids"
Value = str | int | float | bool | None | Template | list["Value"] | dict[str, "Value"]


@dataclass(frozen=True, slots=True)
class Argument:
    """An argument of a module call and the place in a blueprint that set it."""

    name: str
    value: Value
    mark: Mark


@dataclass(frozen=True, slots=True)
class ModuleCall:
    """One `module` block of the root module."""

    name: str
    module: str
    arguments: tuple[Argument, ...]
    aliases: tuple[str, ...]
    moved_from: tuple[str, ...]
    mark: Mark


@dataclass(frozen=True, slots=True)
class RootVariable:
    """One root variable; `has_default` tells a default of null from none."""

    name: str
    type: str
    description: str
    default: Value
    has_default: bool
    sensitive: bool


@dataclass(frozen=True, slots=True)
class RootOutput:
    """One root output."""

    name: str
    value: Value
    description: str
    sensitive: bool


@dataclass(frozen=True, slots=True)
class Composition:
    """Everything that the root module says, with all references resolved to something that exists.

    `source` is what commands call the blueprint: its name in the library, or its path. `tags` says whether there is a
    local of that name to tag everything with. `blueprint` is what it was made of: waivers, objectives, traffic and
    budget are not rendered.
    """

    tier: str
    source: str
    name: str
    description: str
    region: str
    tags: bool
    locals: dict[str, Value]
    variables: tuple[RootVariable, ...]
    calls: tuple[ModuleCall, ...]
    outputs: tuple[RootOutput, ...]
    blueprint: Blueprint

    def aliases(self) -> list[str]:
        """Return the provider aliases that the called modules ask for."""
        return sorted({alias for call in self.calls for alias in call.aliases})

    def modules(self) -> list[str]:
        """Return the names of the called modules."""
        return sorted({call.module for call in self.calls})
