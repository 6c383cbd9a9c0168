"""Route 53: private zones and query logging."""

from __future__ import annotations

from typing import Any

from generator.emulator.registry import Answer, Call, amend, patch


@amend("route53", "CreateQueryLoggingConfig", "GetQueryLoggingConfig")
def trim_log_group(call: Call, answer: Answer) -> None:  # noqa: ARG001
    """Wants the log group's ARN with `:*`, which Terraform leaves out."""
    config = answer["QueryLoggingConfig"]
    config["CloudWatchLogsLogGroupArn"] = config["CloudWatchLogsLogGroupArn"].removesuffix(":*")


@patch("route53")
def accept_log_group() -> None:
    """Query logging: wants the log group's ARN with `:*`, which Terraform leaves out."""
    from moto.route53.models import Route53Backend  # noqa: PLC0415 - slow to import

    original = Route53Backend.create_query_logging_config

    def create(self: Any, hosted_zone_id: str, log_group_arn: str) -> Any:
        return original(self, hosted_zone_id, log_group_arn.removesuffix(":*") + ":*")

    Route53Backend.create_query_logging_config = create  # type: ignore[method-assign]


def _zone(call: Call, identifier: str) -> Any:
    return call.backend().zones[identifier.rsplit("/", maxsplit=1)[-1]]


@amend("route53", "CreateHostedZone")
def create_hosted_zone(call: Call, answer: Answer) -> None:
    """Drops the VPC, unless the caller says PrivateZone, which SDKs do not."""
    vpc = call.params.get("VPC")
    if not vpc:
        return
    zone = _zone(call, answer["HostedZone"]["Id"])
    if not zone.vpcs:
        zone.private_zone = True
        zone.add_vpc(vpc["VPCId"], vpc.get("VPCRegion"))
    answer["HostedZone"].setdefault("Config", {})["PrivateZone"] = True
    answer["VPC"] = vpc


@amend("route53", "GetHostedZone")
def get_hosted_zone(call: Call, answer: Answer) -> None:
    """Names the VPCs of a private zone in a form that Terraform cannot read."""
    zone = _zone(call, call.params["Id"])
    if zone.private_zone:
        answer["VPCs"] = [{"VPCId": vpc["vpc_id"], "VPCRegion": vpc["vpc_region"]} for vpc in zone.vpcs]
