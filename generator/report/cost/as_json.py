"""An estimate as JSON, with the source of every figure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from generator.cost.budgeted import Budgeted, side_by_side
from generator.cost.commitments import Scenario
from generator.cost.estimate import Estimate, Line
from generator.cost.uses import Range


def render(
    name: str, estimate: Estimate, commitments: Sequence[Scenario] = (), budget: Budgeted | None = None
) -> dict[str, Any]:
    """Return the document."""
    volumes = estimate.volumes
    return {
        "name": name,
        "region": estimate.region,
        "total_usd": _range(estimate.total),
        "budget": _budget(budget, estimate) if budget else None,
        "fixed_usd": _range(estimate.fixed),
        "traffic": dict(volumes.traffic.assumptions()) if volumes else None,
        "lines": [_line(line) for line in estimate.lines],
        "free": dict(estimate.free),
        "unpriced": [asdict(item) for item in estimate.unpriced],
        "commitments": [
            {
                "term": item.term,
                "saves_usd": round(item.saves, 4),
                "commitments": [_commitment(it) for it in item.commitments],
                "lacking": list(item.lacking),
            }
            for item in commitments
        ],
    }


def _budget(budget: Budgeted, planned: Estimate) -> dict[str, Any]:
    document: dict[str, Any] = {"promised_usd": budget.promised, "commitment": budget.term}
    if budget.given is None or budget.parts is None:
        return document
    sides = []
    for row in side_by_side(budget.given, (budget.parts, planned)):
        parts, now = (round(it, 4) for it in row.costs)
        sides.append({"component": row.component, "given_usd": row.given, "parts_usd": parts, "planned_usd": now})
    return {**document, "side_by_side": sides}


def _range(amount: Range) -> dict[str, float]:
    return {name: round(getattr(amount, name), 4) for name in ("low", "expected", "high")}


def _line(line: Line) -> dict[str, Any]:
    price = line.price
    return {
        "address": line.use.address,
        "component": line.component,
        "what": line.use.what,
        "amount": _range(line.use.amount),
        "why": line.use.why,
        "fixed": line.use.fixed,
        "usd": _range(line.usd),
        "price": {
            "key": price.key,
            "sku": price.sku,
            "region": price.region,
            "unit": price.unit,
            "usd": price.usd,
            "as_of": price.as_of,
            "status": price.status,
            "source": list(price.source),
        },
    }


def _commitment(item: Any) -> dict[str, Any]:
    return {
        "what": item.what,
        "addresses": list(item.addresses),
        "months": item.months,
        "on_demand_usd": round(item.on_demand, 4),
        "committed_usd": round(item.committed, 4),
        "pays_after_months": round(item.pays_after, 1),
        "source": list(item.price.source),
        "status": item.price.status,
    }
