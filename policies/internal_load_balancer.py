"""The load balancer is reached through CloudFront's VPC origin only."""

from collections.abc import Iterator

from generator.policy import Fault, Resource, Severity, policy, rejected


@policy(
    id="TIER_AWS_001",
    title="The load balancer is internal",
    severity=Severity.HIGH,
    why="A load balancer with a public address can be reached around CloudFront, its firewall and its rate limits.",
    remedy="set `internal = true` and let CloudFront reach it through a VPC origin",
    source="https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/private-content-vpc-origins.html",
    resources=["aws_lb", "aws_alb"],
    unknown=rejected("a literal: nothing that the apply makes decides it"),
)
def internal(balancer: Resource) -> Iterator[Fault]:
    """Refuse a load balancer that faces the internet."""
    if not balancer["internal"]:
        yield Fault("the load balancer faces the internet", "internal")
