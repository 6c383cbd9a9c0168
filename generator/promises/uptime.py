"""Uptime: what the providers' commitments carry, and what the model expects, for each journey of a user."""

from __future__ import annotations

import math

from generator.objectives import availability as model
from generator.objectives.redundancy import Events, Tasks, spread
from generator.objectives.sla import Commitment, commitment
from generator.promises.model import Answer, Verdict
from generator.promises.system import System

# A Multi-AZ database fails over within one or two minutes (Amazon RDS user guide); four to six times a year, patches
# included; without a standby it is restored by hand.
FAILOVERS = Events("database failovers and patches", 6, 120)
RESTORES = Events("database failures without a standby", 1, 4 * 3600)
# Of an on-demand task, a zone and a Spot task: estimates, for no commitment is about one of them.
TASK, ZONE, SPOT = 0.999, 0.9999, 0.98


def availability(system: System, promised: float) -> Answer:
    """Say whether the promised percentage is met: what no commitment carries is never called met."""
    found = model.journeys(_system(system))
    figures = {item.name: _figures(item) for item in found}
    worst = min(found, key=lambda item: item.promised or 0.0)
    carried, expected = worst.promised or 0.0, min(item.expected for item in found)
    assumptions = (*dict.fromkeys(text for item in found for text in item.assumptions),
                   "CloudFront and S3 are as available as AWS commits to; they may well do better",
                   "commitments are refunds, not forecasts")  # fmt: skip
    aim = promised / 100
    text = f"{promised:g} %"
    if carried >= aim:
        return Answer("availability", text, Verdict.MET, f"the commitments carry {carried:.3%}", figures, assumptions)
    says = f"AWS commits to {carried:.3%} of a {worst.name}, {model.minutes_down(carried):.0f} minutes down a month"
    if expected >= aim:
        says += f"; met if AWS does as well as the model expects, {expected:.4%}: measure it"
        return Answer("availability", text, Verdict.MET_IF, says, figures, assumptions)
    says += f", and the model expects {expected:.4%}; a second region with a tested failover would do, or a promise of "
    says += f"{math.floor(expected * 10_000) / 100:g} %"
    return Answer("availability", text, Verdict.NOT_MET, says, figures, assumptions)


def _figures(item: model.Journey) -> str:
    conditional = ""
    if item.promised_if and item.promised_if != item.promised:
        conditional = f" ({item.promised_if:.3%} if {', '.join(item.conditions)})"
    carried = "nothing" if item.promised is None else f"{item.promised:.3%}"
    return f"{carried} committed{conditional}, {item.expected:.4%} expected"


def _system(system: System) -> model.System:
    share = system.volumes.traffic.edge_share
    compute = commitment("fargate.region" if system.zones > 1 else "fargate.single_task")
    floor = max(system.fleet.least, 1)
    on_demand = round(system.fleet.on_demand(floor))
    needed = max(1, floor - -(-floor // system.zones))
    cached = commitment("elasticache.multi_az" if system.cache_nodes > 1 else "elasticache.single_az")
    return model.System(
        edge=model.Edge(model.part_of(commitment("cloudfront")), share, 0.5) if system.edge else None,
        store=model.part_of(commitment("s3.standard")),
        entry=model.part_of(commitment("alb.multi_az" if system.zones > 1 else "alb.single_az")),
        compute=_without_faults(compute),
        tasks=Tasks(spread(on_demand, floor - on_demand, system.zones), needed, ZONE, TASK, SPOT),
        database=_without_faults(commitment("rds.multi_az")) if system.multi_az else _uncommitted(),
        failovers=(FAILOVERS,) if system.multi_az else (RESTORES,),
        cache=model.Cache(model.part_of(cached), hit_share=0.8) if system.cache else None,
        boot=tuple(
            model.Boot(model.part_of(commitment(key)), "needed only when a task starts")
            for key in ("secrets_manager", "ecr", "nat_gateway")
        ),
    )


def _without_faults(found: Commitment) -> model.Part:
    """Return a part whose faults are counted apart, by event or by task."""
    return model.part_of(found, 1.0, "its faults are counted by event")


def _uncommitted() -> model.Part:
    return model.Part("Single-AZ database", None, 1.0, "AWS commits to Multi-AZ databases only")
