"""What each type of resource uses in a month: one rule for each type that costs, free.yaml for those that do not."""

from __future__ import annotations

from generator.cost.parts import data, edge, network, operations, tasks
from generator.cost.uses import Rule

RULES: dict[str, Rule] = {**tasks.RULES, **network.RULES, **data.RULES, **edge.RULES, **operations.RULES}
