"""A composition made into a root module, and put in its folder."""

from generator.render.root import Files, provenance, render
from generator.render.write import Difference, compare, edited_by_hand, write

__all__ = ["Difference", "Files", "compare", "edited_by_hand", "provenance", "render", "write"]
