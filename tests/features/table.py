"""The table: every row of the reference architecture, the ten key features first; the README shows it.

A new row: `row = Row("title")` in the module of its kind, `@row.proves(mutation, ...)` on a small function for each thing
that must be there, the row's name in ROWS, `python -m tests.features --readme`. What one row asserts, no other does.
"""

from __future__ import annotations

from tests.features import availability, data, delivery, gateway, operations, parts, promised, security
from tests.features.row import TIERS, Row

ROWS = [
    availability.scaling,
    availability.zones,
    availability.backups,
    security.tls,
    security.isolation,
    operations.monitoring,
    parts.reservations,
    operations.blue_green,
    availability.failover,
    delivery.delivery,
    delivery.edge,
    gateway.balancer,
    parts.tasks,
    data.database,
    data.replicas,
    data.cache,
    data.storage,
    data.secrets,
    parts.cloudwatch,
    delivery.dns,
    gateway.firewall,
    parts.contract,
    parts.budget,
    parts.response_time,
    parts.errors,
    parts.shape,
    # What no single assertion on a plan can show; without a proof apart it is "not yet".
    *promised.ROWS.values(),
    Row("Checkov policies", apart="[proven by faults](docs/policies.md)"),
    Row("Policy gates in pull requests"),
    Row("Terraform Cloud runs"),
]


def markdown() -> str:
    """Return the table as the README has it."""
    lines = ["| feature | tier 1 | tier 2 |", "| --- | --- | --- |"]
    lines += [f"| {' | '.join((row.title, *(row.cell(tier) for tier in TIERS)))} |" for row in ROWS]
    return "\n".join(lines) + "\n"
