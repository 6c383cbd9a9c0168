"""Proofs of the policies on the network."""

from __future__ import annotations

from tests.features.mutation import change, delete
from tests.policies.cases.case import Case
from tests.policies.forget import forget

CAA = "aws_route53_record.caa"

CASES: dict[str, Case] = {
    "TIER_AWS_001": Case(
        faults=(
            change("balancer", "aws_lb.this", "internal", to=False),
            delete("balancer", "aws_lb.this", "internal"),
        ),
        unknown=forget("balancer", "aws_lb.this", "internal"),
    ),
    "TIER_AWS_018": Case(
        faults=(
            change("dns", CAA, "records", to=['0 issue "letsencrypt.org"']),
            change("dns", CAA, "records", to=['0 issue "amazon.com"', '0 issue "letsencrypt.org"']),
            change("dns", CAA, "records", to=['0 issue ";"']),
            change("dns", CAA, "records", to=['0 iodef "mailto:security@example.com"']),
            change("dns", CAA, "records", to=[]),
            change("dns", CAA, "records", to=['0 issue "amazon.com"', '0 issuewild "letsencrypt.org"']),
        ),
        harmless=(
            change("dns", CAA, "records", to=['0 issue "amazontrust.com"', '0 issuewild ";"']),
            change("dns", CAA, "records", to=['0 issue "amazon.com"', '0 iodef "mailto:security@example.com"']),
        ),
        unknown=forget("dns", CAA, "records"),
    ),
}
