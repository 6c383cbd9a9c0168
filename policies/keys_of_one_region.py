"""Keys stay in their region, unless a replica needs them elsewhere."""

from collections.abc import Iterator

from generator.policy import TIERS, Fault, Resource, Severity, known, policy, rejected

REPLICAS = ("aws_kms_replica_key", "aws_kms_replica_external_key")


@policy(
    id="TIER_AWS_032",
    title="Keys can be copied to other regions only if a replica is planned",
    severity=Severity.MEDIUM,
    why="The material of a multi-region key can be copied to any region; to change that later, Terraform replaces the "
    "key, and deletes the one that the data is encrypted with.",
    remedy="leave `multi_region` out, or plan the `aws_kms_replica_key` that uses it",
    source="https://docs.aws.amazon.com/kms/latest/developerguide/multi-region-keys-overview.html",
    resources=["aws_kms_key", "aws_kms_external_key"],
    unknown=rejected("whether a key is of many regions is a literal of the blueprint"),
)
def of_one_region(key: Resource) -> Iterator[Fault]:
    """Refuse a multi-region key of a tier that no replica copies."""
    if key.plan.tier not in TIERS or _left_out(key) or not key["multi_region"]:
        return
    if not any(key.plan.pointing_to(key, kind, "primary_key_arn") for kind in REPLICAS):
        yield Fault("it can be copied to any region, though no replica of it is planned", "multi_region")


def _left_out(key: Resource) -> bool:
    """Say whether nothing is said, or AWS says it."""
    value = key["multi_region"]
    return (known(value) and value is None) or (not known(value) and "multi_region" not in key.expressions)
