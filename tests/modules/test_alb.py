"""The load balancer: TLS in and out, only CloudFront let in, only the tasks let out to."""

from __future__ import annotations

import re

import hcl2
import pytest

from tests.conftest import PROJECT

BASE = {
    "name": "shop",
    "access_log_bucket": "shop-logs-123456789012-us-east-1",
    "certificate_arn": "arn:aws:acm:us-east-1:123456789012:certificate/11111111-2222-3333-4444-555555555555",
    "host_names": ["shop.example.com", "www.shop.example.com"],
    "subnet_ids": ["subnet-a", "subnet-b", "subnet-c"],
    "target_security_group_id": "sg-0123456789abcdef0",
    "vpc_id": "vpc-0123456789abcdef0",
}
LONG_NAME = "campshub360-production-tier-01"
BLUE_GREEN = {**BASE, "name": LONG_NAME, "blue_green": True, "deletion_protection": False}


def values(plan, address: str) -> dict:
    return plan.modules["module.this"].resources[address]["values"]


def test_the_load_balancer_is_internal_and_strict(plan_module) -> None:
    lb = values(plan_module("alb", **BASE), "aws_lb.this")
    expected = {
        "internal": True,
        "desync_mitigation_mode": "strictest",
        "drop_invalid_header_fields": True,
        "enable_deletion_protection": True,
        "enable_http2": True,
        "load_balancer_type": "application",
    }
    assert {name: lb[name] for name in expected} == expected
    assert lb["access_logs"] == [{"bucket": BASE["access_log_bucket"], "enabled": True, "prefix": "alb"}]


def test_only_cloudfront_gets_in_and_only_to_the_tasks_out(plan_module) -> None:
    plan = plan_module("alb", **BASE)
    ingress = values(plan, "aws_vpc_security_group_ingress_rule.https")
    assert (ingress["from_port"], ingress["to_port"], ingress["cidr_ipv4"], ingress["cidr_ipv6"]) == (
        443,
        443,
        None,
        None,
    )
    assert ingress["prefix_list_id"].startswith("pl-")
    egress = values(plan, "aws_vpc_security_group_egress_rule.targets")
    assert (egress["from_port"], egress["to_port"]) == (8443, 8443)
    assert egress["referenced_security_group_id"] == BASE["target_security_group_id"]
    rules = [name for name in plan.modules["module.this"].resources if "_rule." in name and "security_group" in name]
    assert len(rules) == 2


def test_tls_is_spoken_on_both_sides(plan_module) -> None:
    plan = plan_module("alb", **BASE)
    listener = values(plan, "aws_lb_listener.https")
    assert (listener["port"], listener["protocol"]) == (443, "HTTPS")
    assert listener["ssl_policy"] == "ELBSecurityPolicy-TLS13-1-2-2021-06"
    group = values(plan, 'aws_lb_target_group.this["blue"]')
    assert (group["protocol"], group["port"], group["target_type"]) == ("HTTPS", 8443, "ip")
    assert [name for name in plan.modules["module.this"].resources if name.startswith("aws_lb_listener.")] == [
        "aws_lb_listener.https"
    ]


def test_a_request_for_another_name_is_refused(plan_module) -> None:
    plan = plan_module("alb", **BASE)
    [default] = values(plan, "aws_lb_listener.https")["default_action"]
    assert (default["type"], default["fixed_response"][0]["status_code"]) == ("fixed-response", "403")
    [condition] = values(plan, "aws_lb_listener_rule.this[0]")["condition"]
    assert sorted(condition["host_header"][0]["values"]) == BASE["host_names"]


def test_health_is_asked_for_at_a_path_of_its_own(plan_module) -> None:
    [check] = values(plan_module("alb", **BASE), 'aws_lb_target_group.this["blue"]')["health_check"]
    expected = {
        "enabled": True,
        "path": "/healthz/",
        "protocol": "HTTPS",
        "matcher": "200",
        "interval": 15,
        "timeout": 5,
    }
    assert {name: check[name] for name in expected} == expected


def test_blue_green_adds_a_group_and_a_test_listener(plan_module) -> None:
    plan = plan_module("alb", **BLUE_GREEN)
    resources = plan.modules["module.this"].resources
    assert {name for name in resources if name.startswith("aws_lb_target_group")} == {
        f'aws_lb_target_group.this["{colour}"]' for colour in ("blue", "green")
    }
    test_listener = values(plan, "aws_lb_listener.test[0]")
    assert (test_listener["port"], test_listener["protocol"]) == (8443, "HTTPS")
    assert test_listener["ssl_policy"] == "ELBSecurityPolicy-TLS13-1-2-2021-06"
    assert test_listener["default_action"][0]["type"] == "fixed-response"
    [condition] = values(plan, "aws_lb_listener_rule.test[0]")["condition"]
    assert sorted(condition["host_header"][0]["values"]) == BASE["host_names"]
    assert "aws_lb_listener_rule.blue_green[0]" in resources
    assert "aws_lb_listener_rule.this[0]" not in resources
    assert values(plan, "aws_lb.this")["enable_deletion_protection"] is False


def test_the_test_listener_lets_in_the_tasks_alone(plan_module) -> None:
    """Twice CloudFront's prefix list would be 110 rules, of 60 that a group may have; no emulator would say so."""
    plan = plan_module("alb", **BLUE_GREEN)
    test = values(plan, "aws_vpc_security_group_ingress_rule.test[0]")
    assert (test["from_port"], test["to_port"], test["ip_protocol"]) == (8443, 8443, "tcp")
    assert test["referenced_security_group_id"] == BLUE_GREEN["target_security_group_id"]
    assert (test["prefix_list_id"], test["cidr_ipv4"], test["cidr_ipv6"]) == (None, None, None)


def test_only_what_codedeploy_moves_is_ignored() -> None:
    module = hcl2.loads((PROJECT / "modules" / "alb" / "main.tf").read_text())
    ignored = {
        f"{kind}.{name}".replace('"', "")
        for block in module["resource"]
        for kind, named in block.items()
        for name, body in named.items()
        if "ignore_changes" in str(body.get("lifecycle"))
    }
    assert ignored == {"aws_lb_listener_rule.blue_green", "aws_lb_listener_rule.test"}


def test_target_groups_of_long_names_fit_and_stay_apart(plan_module) -> None:
    plan = plan_module("alb", **BLUE_GREEN)
    names = [values(plan, f'aws_lb_target_group.this["{colour}"]')["name"] for colour in ("blue", "green")]
    assert len(LONG_NAME) == 30
    assert [len(name) <= 32 for name in names] == [True, True]
    assert all(re.fullmatch(r"campshub360-product-[0-9a-f]{6}-(blue|green)", name) for name in names), names
    assert values(plan_module("alb", **BASE), 'aws_lb_target_group.this["blue"]')["name"] == "shop-blue"


def test_wrong_inputs_are_refused_with_what_to_write(plan_module) -> None:
    wrong = {
        **BASE,
        "name": "internal-shop",
        "host_names": [],
        "subnet_ids": ["subnet-a"],
        "ssl_policy": "ELBSecurityPolicy-2016-08",
        "health_check": {"path": "health", "matcher": "200-499", "timeout": 121, "healthy_threshold": 1},
        "idle_timeout": 0,
        "deregistration_delay": 4000,
        "target_port": 0,
        "load_balancing_algorithm": "best",
    }
    with pytest.raises(AssertionError) as caught:
        plan_module("alb", **wrong)
    said = " ".join(str(caught.value).split())
    for text in (
        "name: write 3 to 30",
        "host_names: write 1 to 5",
        "at least two subnets",
        "ssl_policy: write a policy with TLS 1.3",
        "health_check.path: write",
        "health_check.matcher: write",
        "a shorter timeout",
        "health_check.timeout: write 2 to 120",
        "write 2 to 10 for healthy_threshold",
        "idle_timeout: write",
        "deregistration_delay: write",
        "target_port: write",
        "load_balancing_algorithm: write",
    ):
        assert text in said, text


def test_slow_start_goes_only_with_round_robin(plan_module) -> None:
    with pytest.raises(AssertionError, match='slow_start: goes only with load_balancing_algorithm = "round_robin"'):
        plan_module("alb", **BASE, slow_start=60)
