"""The module vpc: addresses, routes, each kind of NAT, endpoints and flow logs."""

from __future__ import annotations

import json
import subprocess
import textwrap
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

PlanModule = Callable[..., Any]

DEFAULTS = {"name": "shop"}
INSTANCE: dict[str, Any] = {
    "name": "shop",
    "cidr": "10.20.0.0/16",
    "flow_logs": {"destination": "s3", "bucket_arn": "arn:aws:s3:::shop-logs"},
    "interface_endpoints": ["ecr.api", "sts"],
    "ipv6": True,
    "nat": "instance",
    "zones": 2,
    "tags": {"application": "shop"},
}
SINGLE: dict[str, Any] = {
    "name": "shop",
    "flow_logs": {"retention_days": 365, "kms_key_arn": "arn:aws:kms:us-east-1:123456789012:key/logs"},
    "nat": "single",
    "zone_names": ["us-east-1f", "us-east-1b", "us-east-1d", "us-east-1a"],
}


def resources(plan: Any) -> dict[str, dict[str, Any]]:
    """Return the planned values of the module's managed resources by address inside the module."""
    return {
        address: resource["values"]
        for address, resource in plan.modules["module.this"].resources.items()
        if resource["mode"] == "managed"
    }


def references(plan: Any, address: str) -> str:
    """Return the configuration of the resource `address` as text, to look for what it refers to."""
    module = plan.configuration["root_module"]["module_calls"]["this"]["module"]
    found = [resource for resource in module["resources"] if resource["address"] == address]
    return json.dumps(found[0]["expressions"])


def of_type(found: dict[str, dict[str, Any]], kind: str) -> dict[str, dict[str, Any]]:
    return {address: values for address, values in found.items() if address.startswith(f"{kind}.")}


def test_each_layer_has_room_for_four_zones(plan_module: PlanModule) -> None:
    found = resources(plan_module("vpc", **DEFAULTS))
    blocks = {
        layer: [found[f'aws_subnet.{layer}["{zone}"]']["cidr_block"] for zone in range(3)]
        for layer in ("public", "private", "database")
    }
    assert blocks == {
        "public": ["10.0.0.0/20", "10.0.16.0/20", "10.0.32.0/20"],
        "private": ["10.0.64.0/20", "10.0.80.0/20", "10.0.96.0/20"],
        "database": ["10.0.128.0/20", "10.0.144.0/20", "10.0.160.0/20"],
    }
    zones = [found[f'aws_subnet.private["{zone}"]']["availability_zone"] for zone in range(3)]
    assert zones == ["us-east-1a", "us-east-1b", "us-east-1c"]


def test_adding_zones_moves_nothing(plan_module: PlanModule) -> None:
    three, four = (resources(plan_module("vpc", **inputs)) for inputs in (DEFAULTS, SINGLE))
    subnets = of_type(three, "aws_subnet")
    assert len(subnets) == 9
    assert all(values["cidr_block"] == four[address]["cidr_block"] for address, values in subnets.items())


def test_given_zones_keep_their_order(plan_module: PlanModule) -> None:
    found = resources(plan_module("vpc", **SINGLE))
    zones = [found[f'aws_subnet.database["{zone}"]']["availability_zone"] for zone in range(4)]
    assert zones == SINGLE["zone_names"]


@pytest.mark.parametrize("inputs", [DEFAULTS, INSTANCE, SINGLE])
def test_no_subnet_gives_public_addresses(plan_module: PlanModule, inputs: dict[str, Any]) -> None:
    subnets = of_type(resources(plan_module("vpc", **inputs)), "aws_subnet")
    assert not any(values["map_public_ip_on_launch"] for values in subnets.values())


def test_dns_is_on_and_the_default_group_is_emptied(plan_module: PlanModule) -> None:
    plan = plan_module("vpc", **DEFAULTS)
    vpc = resources(plan)["aws_vpc.this"]
    assert vpc["enable_dns_hostnames"]
    assert vpc["enable_dns_support"]
    assert not vpc["assign_generated_ipv6_cidr_block"]
    assert "ingress" not in references(plan, "aws_default_security_group.this")
    assert "egress" not in references(plan, "aws_default_security_group.this")


@pytest.mark.parametrize("inputs", [DEFAULTS, INSTANCE, SINGLE])
def test_database_subnets_have_no_way_out(plan_module: PlanModule, inputs: dict[str, Any]) -> None:
    plan = plan_module("vpc", **inputs)
    assert "aws_route_table.database" in references(plan, "aws_route_table_association.database")
    routes = [address for address in resources(plan) if address.startswith("aws_route.")]
    assert routes
    for address in routes:
        assert "aws_route_table.database" not in references(plan, address.split("[")[0])


def test_a_gateway_per_zone_is_the_default(plan_module: PlanModule) -> None:
    plan = plan_module("vpc", **DEFAULTS)
    found = resources(plan)
    assert len(of_type(found, "aws_nat_gateway")) == 3
    assert len(of_type(found, "aws_eip")) == 3
    assert set(of_type(found, "aws_route")) == {"aws_route.public", *(f'aws_route.private["{n}"]' for n in range(3))}
    assert len([address for address in found if address.startswith("aws_route_table.private[")]) == 3
    assert not of_type(found, "aws_instance")


def test_a_single_gateway_serves_the_tables_of_all_zones(plan_module: PlanModule) -> None:
    found = resources(plan_module("vpc", **SINGLE))
    assert list(of_type(found, "aws_nat_gateway")) == ['aws_nat_gateway.this["0"]']
    private = [address for address in found if address.startswith("aws_route.private[")]
    assert len(private) == 4


def test_the_nat_instance_is_hardened(plan_module: PlanModule) -> None:
    found = resources(plan_module("vpc", **INSTANCE))
    instance = found["aws_instance.nat[0]"]
    assert instance["instance_type"] == "t4g.nano"
    assert instance["metadata_options"][0]["http_tokens"] == "required"
    assert instance["root_block_device"][0]["encrypted"]
    assert instance["maintenance_options"] == [{"auto_recovery": "default"}]
    assert instance.get("key_name") is None
    assert found["aws_network_interface.nat[0]"]["source_dest_check"] is False
    assert not of_type(found, "aws_nat_gateway")
    assert len([address for address in found if address.startswith("aws_route.private[")]) == 2


def test_the_nat_instance_translates_what_private_subnets_send() -> None:
    # The plan holds only a hash of the user data, so the script is read where it is written.
    source = (Path(__file__).parents[2] / "modules/vpc/nat_instance.tf").read_text()
    script = textwrap.dedent(source.split("<<-SHELL\n")[1].split("  SHELL\n")[0])
    script = script.replace("${local.blocks.private}", "10.0.64.0/18")
    assert "${" not in script
    assert script.startswith("#!/bin/bash\nset -euo pipefail\n")
    assert "net.ipv4.ip_forward = 1" in script
    assert "ip saddr 10.0.64.0/18 masquerade" in script
    assert script.rstrip().endswith("systemctl enable --now nftables")
    subprocess.run(["bash", "-n"], input=script, text=True, check=True)


def test_the_nat_instance_can_do_no_more_than_session_manager(plan_module: PlanModule) -> None:
    found = resources(plan_module("vpc", **INSTANCE))
    statements = json.loads(found["aws_iam_role_policy.nat[0]"]["policy"])["Statement"]
    actions = {action for statement in statements for action in statement["Action"]}
    assert all(action.startswith("ssmmessages:") or action == "ssm:UpdateInstanceInformation" for action in actions)
    assert not any("*" in action for action in actions)


def test_failing_checks_recover_or_reboot_the_nat_instance(plan_module: PlanModule) -> None:
    alarms = of_type(resources(plan_module("vpc", **INSTANCE)), "aws_cloudwatch_metric_alarm")
    actions = {values["metric_name"]: values["alarm_actions"] for values in alarms.values()}
    assert actions == {
        "StatusCheckFailed_System": ["arn:aws:automate:us-east-1:ec2:recover"],
        "StatusCheckFailed_Instance": ["arn:aws:automate:us-east-1:ec2:reboot"],
    }


@pytest.mark.parametrize("inputs", [DEFAULTS, INSTANCE, SINGLE])
def test_nothing_is_let_in_from_anywhere(plan_module: PlanModule, inputs: dict[str, Any]) -> None:
    rules = of_type(resources(plan_module("vpc", **inputs)), "aws_vpc_security_group_ingress_rule")
    assert all(values["description"] for values in rules.values())
    assert all(values["cidr_ipv4"] == "10.20.64.0/18" for values in rules.values())
    assert all(values["cidr_ipv6"] is None for values in rules.values())
    assert len(rules) == (2 if inputs is INSTANCE else 0)


def test_endpoints(plan_module: PlanModule) -> None:
    found = resources(plan_module("vpc", **INSTANCE))
    gateway = found["aws_vpc_endpoint.s3"]
    assert (gateway["vpc_endpoint_type"], gateway["service_name"]) == ("Gateway", "com.amazonaws.us-east-1.s3")
    names = {values["service_name"] for key, values in found.items() if key.startswith("aws_vpc_endpoint.interface")}
    assert names == {"com.amazonaws.us-east-1.ecr.api", "com.amazonaws.us-east-1.sts"}
    rule = found["aws_vpc_security_group_ingress_rule.endpoints[0]"]
    assert (rule["ip_protocol"], rule["from_port"], rule["to_port"]) == ("tcp", 443, 443)


def test_ipv6_leaves_private_subnets_unreachable(plan_module: PlanModule) -> None:
    plan = plan_module("vpc", **INSTANCE)
    found = resources(plan)
    assert found["aws_vpc.this"]["assign_generated_ipv6_cidr_block"]
    assert "aws_egress_only_internet_gateway.this" in references(plan, "aws_route.private_ipv6")
    assert 'aws_route.private_ipv6["1"]' in found
    assert "aws_egress_only_internet_gateway.this[0]" not in resources(plan_module("vpc", **DEFAULTS))


def test_flow_logs_go_to_an_encrypted_group_with_retention(plan_module: PlanModule) -> None:
    found = resources(plan_module("vpc", **SINGLE))
    assert found["aws_flow_log.this"]["traffic_type"] == "ALL"
    group = found["aws_cloudwatch_log_group.flow_logs[0]"]
    assert (group["retention_in_days"], group["kms_key_id"]) == (365, SINGLE["flow_logs"]["kms_key_arn"])
    trust = json.loads(found["aws_iam_role.flow_logs[0]"]["assume_role_policy"])["Statement"][0]["Condition"]
    assert trust == {
        "StringEquals": {"aws:SourceAccount": "123456789012"},
        "ArnLike": {"aws:SourceArn": "arn:aws:ec2:us-east-1:123456789012:vpc-flow-log/*"},
    }
    default = resources(plan_module("vpc", **DEFAULTS))["aws_cloudwatch_log_group.flow_logs[0]"]
    assert default["retention_in_days"] == 90


def test_flow_logs_go_to_a_bucket(plan_module: PlanModule) -> None:
    found = resources(plan_module("vpc", **INSTANCE))
    log = found["aws_flow_log.this"]
    assert (log["traffic_type"], log["log_destination_type"]) == ("ALL", "s3")
    assert log["log_destination"] == "arn:aws:s3:::shop-logs/vpc-flow-logs/"
    assert not of_type(found, "aws_cloudwatch_log_group")
    assert not of_type(found, "aws_iam_role") or list(of_type(found, "aws_iam_role")) == ["aws_iam_role.nat[0]"]


def test_everything_that_can_be_tagged_is(plan_module: PlanModule) -> None:
    found = resources(plan_module("vpc", **INSTANCE))
    tagged = {address: values["tags"] for address, values in found.items() if "tags" in values}
    assert len(tagged) > 20
    assert all(tags["application"] == "shop" for tags in tagged.values())


def test_wrong_inputs_are_refused_with_what_to_write(plan_module: PlanModule) -> None:
    with pytest.raises(AssertionError) as failed:
        plan_module(
            "vpc",
            name="Shop",
            cidr="10.0.0.1/16",
            flow_logs={"destination": "s3", "retention_days": 8},
            interface_endpoints=["com.amazonaws.us-east-1.sts", "s3"],
            nat="one",
            nat_instance_type="g5.xlarge",
            zone_names=["us-east-1a", "us-east-1a"],
            zones=4,
        )
    said = " ".join(str(failed.value).split())
    for message in (
        "name: write 3 to 30",
        "cidr: write the first address",
        "flow_logs.bucket_arn: give the ARN",
        "flow_logs.retention_days: write a number",
        "interface_endpoints: write the part",
        "interface_endpoints: leave out s3",
        'nat: write "per_zone"',
        "nat_instance_type: write a Graviton type",
        "zone_names: write two to four",
        "zones: write 2 or 3",
    ):
        assert message in said


def test_a_region_with_too_few_zones_is_named(plan_module: PlanModule, monkeypatch: pytest.MonkeyPatch) -> None:
    # us-west-1 shows two zones to each account; the fixture's region is read by each call.
    monkeypatch.setitem(plan_module.__globals__, "REGION", "us-west-1")
    with pytest.raises(AssertionError, match="fewer standard availability zones"):
        plan_module("vpc", **DEFAULTS)
