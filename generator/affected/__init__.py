"""What a change affects: which blueprints' root modules, verdicts or costs differ between two trees of the project."""

from generator.affected.find import affected, affected_since
from generator.affected.model import Affected, Effect, Kind
from generator.affected.text import as_json, names, rendered
from generator.affected.tree import Files, Tree

__all__ = ["Affected", "Effect", "Files", "Kind", "Tree", "affected", "affected_since", "as_json", "names", "rendered"]
