"""Blueprint and catalog made into a composition, checked in full."""

from generator.compose.compose import compose, given_inputs
from generator.compose.model import ACCOUNTS, Argument, Composition, ModuleCall, RootOutput, RootVariable, Value

__all__ = [
    "ACCOUNTS",
    "Argument",
    "Composition",
    "ModuleCall",
    "RootOutput",
    "RootVariable",
    "Value",
    "compose",
    "given_inputs",
]
