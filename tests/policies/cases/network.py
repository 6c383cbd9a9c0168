"""Proofs of the policies on the network."""

from __future__ import annotations

from tests.features.mutation import change, delete
from tests.policies.cases.case import Case
from tests.policies.forget import forget

CASES: dict[str, Case] = {
    "TIER_AWS_001": Case(
        faults=(
            change("balancer", "aws_lb.this", "internal", to=False),
            delete("balancer", "aws_lb.this", "internal"),
        ),
        unknown=forget("balancer", "aws_lb.this", "internal"),
    ),
}
