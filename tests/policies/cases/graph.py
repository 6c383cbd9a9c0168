"""Proofs of the policies that Checkov's graph judges: its edges come from the references of the configuration."""

from __future__ import annotations

from tests.features.mutation import Mutation, change, drop, rewire
from tests.features.reading import Evidence
from tests.policies.cases.case import Case

REFERENCE = "the connection is a reference in the configuration, which every plan has"


def both(*mutations: Mutation) -> Mutation:
    """Apply several mutations, as one change of the configuration does."""

    def apply(evidence: Evidence) -> None:
        for mutation in mutations:
            mutation.apply(evidence)

    return Mutation("; ".join(mutation.text for mutation in mutations), apply)


GRAPH_CASES: dict[str, Case] = {
    "TIER_AWS_100": Case(
        faults=(
            drop("dns", "aws_acm_certificate_validation.viewer"),
            drop("dns", "aws_acm_certificate_validation.origin"),
            rewire(
                "dns",
                "aws_acm_certificate_validation.viewer",
                "certificate_arn",
                "aws_acm_certificate.viewer",
                "aws_acm_certificate.origin.arn",
            ),
        ),
        harmless=(
            both(
                drop("dns", "aws_acm_certificate_validation.viewer"),
                change("dns", "aws_acm_certificate.viewer", "validation_method", to="EMAIL"),
            ),
        ),
        why_no_unknown=REFERENCE,
    ),
    "TIER_AWS_101": Case(
        faults=(
            drop("network", 'aws_route_table_association.private["1"]'),
            drop("network", 'aws_route_table_association.database["0"]'),
            drop("network", "aws_route_table_association.public*"),
        ),
        why_no_unknown=REFERENCE,
    ),
    "TIER_AWS_102": Case(
        faults=(
            drop("cache", "aws_elasticache_user_group.this"),
            rewire(
                "cache", "aws_elasticache_replication_group.this", "user_group_ids", "aws_elasticache_user_group.this"
            ),
        ),
        harmless=(
            both(
                drop("cache", "aws_elasticache_user_group.this"),
                change(
                    "cache", "aws_elasticache_replication_group.this", "auth_token", to="not-a-token-but-in-its-place"
                ),
            ),
        ),
        why_no_unknown=REFERENCE,
    ),
    "TIER_AWS_103": Case(
        faults=(
            drop("edge", "aws_cloudwatch_log_delivery_source.this"),
            rewire(
                "edge", "aws_cloudwatch_log_delivery_source.this", "resource_arn", "aws_cloudfront_distribution.this"
            ),
        ),
        harmless=(
            both(
                drop("edge", "aws_cloudwatch_log_delivery_source.this"),
                change(
                    "edge",
                    "aws_cloudfront_distribution.this",
                    "logging_config",
                    to=[{"bucket": "logs.s3.amazonaws.com", "include_cookies": False, "prefix": ""}],
                ),
            ),
        ),
        why_no_unknown=REFERENCE,
    ),
}
