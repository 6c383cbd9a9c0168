"""The catalog: what each module takes and gives, read from its HCL."""

from generator.catalog.model import Input, Module, Output
from generator.catalog.store import Catalog, load_catalog

__all__ = ["Catalog", "Input", "Module", "Output", "load_catalog"]
