"""Rows: the load balancer, and the firewall before it."""

from __future__ import annotations

from typing import Any

from tests.features.mutation import change, delete, drop, redirect, rewire
from tests.features.reading import Reading
from tests.features.row import Row, Tier

NAMES = ["campshub360.example.com", "www.campshub360.example.com"]

balancer = Row("Application Load Balancer: TLS termination, health checks, routes to healthy tasks only")


@balancer.proves(
    change("balancer", "aws_lb_listener.https", "port", to=80),
    redirect("balancer", "certificate_arn", "module.dns.origin_certificate_arn"),
)
def terminates_tls(reading: Reading, tier: Tier) -> None:
    assert reading.one("balancer", "aws_lb_listener.https")["port"] == 443
    assert "module.dns.origin_certificate_arn" in reading.references("balancer", "certificate_arn")


@balancer.proves(
    *(
        change("balancer", f'aws_lb_target_group.this["{colour}"]', "health_check", 0, attribute, to=value)
        for colour, attribute, value in (("blue", "path", "/"), ("green", "matcher", "200-499"))
    )
)
def asks_each_task_whether_it_is_healthy(reading: Reading, tier: Tier) -> None:
    groups = reading.some("balancer", "aws_lb_target_group")
    for [check] in (item["health_check"] for item in groups):
        assert (check["path"], check["matcher"], check["port"]) == ("/healthz/", "200", "traffic-port")


RULE = "aws_lb_listener_rule.blue_green"


@balancer.proves(
    drop("balancer", f"{RULE}[0]"),
    change("balancer", f"{RULE}[0]", "condition", 0, "host_header", 0, "values", to=["other.example.com"]),
    rewire("balancer", RULE, "action", 'aws_lb_target_group.this["blue"]'),
)
def routes_the_domains_requests_to_the_tasks(reading: Reading, tier: Tier) -> None:
    [condition] = reading.one("balancer", f"{RULE}[0]")["condition"]
    assert sorted(condition["host_header"][0]["values"]) == NAMES
    assert 'aws_lb_target_group.this["blue"].arn' in reading.wiring("balancer", RULE, "action")


@balancer.proves(
    redirect("web", "load_balancer", 'module.balancer.target_group_arns["blue"]'),
    change("web", "aws_ecs_service.blue_green[0]", "load_balancer", to=[]),
)
def tasks_register_themselves(reading: Reading, tier: Tier) -> None:
    assert [item["container_port"] for item in reading.one("web", "aws_ecs_service.blue_green[0]")["load_balancer"]]
    assert 'module.balancer.target_group_arns["blue"]' in reading.references("web", "load_balancer")


@balancer.proves(change("balancer", "aws_lb_listener.https", "default_action", 0, "type", to="forward"))
def refuses_other_hosts(reading: Reading, tier: Tier) -> None:
    [action] = reading.one("balancer", "aws_lb_listener.https")["default_action"]
    assert (action["type"], action["fixed_response"][0]["status_code"]) == ("fixed-response", "403")


@balancer.proves(
    change("balancer", "aws_lb.this", "drop_invalid_header_fields", to=False),
    change("balancer", "aws_lb.this", "desync_mitigation_mode", to="monitor"),
)
def refuses_malformed_requests(reading: Reading, tier: Tier) -> None:
    load_balancer = reading.one("balancer", "aws_lb.this")
    assert load_balancer["drop_invalid_header_fields"] is True
    assert load_balancer["desync_mitigation_mode"] == "strictest"


firewall = Row("Web application firewall", absent={"tier1": "tier 1 as given has none"})
ACL = "aws_wafv2_web_acl.this"
LOGGING = "aws_wafv2_web_acl_logging_configuration.this"
MANAGED = ("statement", 0, "managed_rule_group_statement", 0, "name")
RATE = ("statement", 0, "rate_based_statement", 0, "limit")


def _rules(reading: Reading) -> dict[str, dict[str, Any]]:
    return {item["name"]: item for item in reading.one("firewall", ACL)["rule"]}


def _managed(group: str) -> None:
    @firewall.proves(
        delete("firewall", ACL, "rule", {"name": group}),
        change("firewall", ACL, "rule", {"name": group}, *MANAGED, to="AWSManagedRulesLinuxRuleSet"),
        change("firewall", ACL, "rule", {"name": group}, "override_action", 0, "none", to=[]),
        only="tier2", name=f"managed rules {group}",
    )  # fmt: skip
    def blocks(reading: Reading, tier: Tier) -> None:
        assert group in _rules(reading)
        [statement] = _rules(reading)[group]["statement"]
        assert [item["name"] for item in statement["managed_rule_group_statement"]] == [f"AWSManagedRules{group}"]
        assert len(_rules(reading)[group]["override_action"][0]["none"]) == 1, "it would only count"


for _group in ("AmazonIpReputationList", "CommonRuleSet", "KnownBadInputsRuleSet", "SQLiRuleSet"):
    _managed(_group)


def _limit(rule: str, most: int) -> None:
    @firewall.proves(
        delete("firewall", ACL, "rule", {"name": rule}),
        change("firewall", ACL, "rule", {"name": rule}, *RATE, to=2000000000),
        change("firewall", ACL, "rule", {"name": rule}, "action", 0, "block", to=[]),
        only="tier2", name=rule,
    )  # fmt: skip
    def limits(reading: Reading, tier: Tier) -> None:
        assert rule in _rules(reading)
        assert _rules(reading)[rule]["statement"][0]["rate_based_statement"][0]["limit"] <= most
        assert len(_rules(reading)[rule]["action"][0]["block"]) == 1, "it would only count"


_limit("rate-limit", 750000)
_limit("login-rate-limit", 2000)


@firewall.proves(
    change("firewall", ACL, "scope", to="REGIONAL"),
    redirect("edge", "web_acl_arn", "module.firewall.arn"),
    only="tier2",
)
def in_front_of_the_distribution(reading: Reading, tier: Tier) -> None:
    assert reading.one("firewall", ACL)["scope"] == "CLOUDFRONT"
    assert "module.firewall.arn" in reading.references("edge", "web_acl_arn")


@firewall.proves(
    drop("firewall", LOGGING),
    delete("firewall", LOGGING, "logging_filter", 0, "filter", 0, "condition", 0),
    only="tier2",
)
def what_it_blocks_is_logged(reading: Reading, tier: Tier) -> None:
    [kept] = reading.one("firewall", LOGGING)["logging_filter"][0]["filter"]
    actions = {item["action"] for condition in kept["condition"] for item in condition["action_condition"]}
    assert (kept["behavior"], "BLOCK" in actions) == ("KEEP", True)
