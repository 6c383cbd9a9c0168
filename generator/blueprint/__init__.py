"""From YAML files to a typed blueprint: loading with positions, `extends`, references, provenance."""

from generator.blueprint.document import Node
from generator.blueprint.load import load_blueprint, locate
from generator.blueprint.merge import shown
from generator.blueprint.model import Blueprint, Component, Output, Variable
from generator.blueprint.references import Reference, Template

__all__ = [
    "Blueprint",
    "Component",
    "Node",
    "Output",
    "Reference",
    "Template",
    "Variable",
    "load_blueprint",
    "locate",
    "shown",
]
