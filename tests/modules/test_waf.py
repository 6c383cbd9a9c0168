"""The firewall: which rules, in which order, what they do, and what its logs keep and hide."""

from __future__ import annotations

import json

import pytest

BASE = {
    "name": "shop",
    "log_kms_key_arn": "arn:aws:kms:us-east-1:123456789012:key/11111111-2222-3333-4444-555555555555",
}
FULL = {
    **BASE,
    "count_only": True,
    "login_paths": ["/API/auth/"],
    "log_retention_days": 90,
    "managed_rule_groups": {
        "AWSManagedRulesSQLiRuleSet": {"count": ["SQLi_BODY", "SQLi_COOKIE"]},
        "AWSManagedRulesAnonymousIpList": {},
    },
    "rate_limit": 500,
    "tags": {"team": "edge"},
    "trusted_cidrs": ["192.0.2.0/24", "2001:db8::/32", "198.51.100.7/32"],
}
BARE = {**BASE, "login_paths": [], "managed_rule_groups": {}, "trusted_cidrs": ["192.0.2.0/24"]}
ACL = "aws_wafv2_web_acl.this"


def values(plan, address: str) -> dict:
    return plan.modules["module.this"].resources[address]["values"]


def outputs(plan) -> dict:
    return plan["output_changes"]["this"]["after"]


def rules(plan) -> list[dict]:
    return sorted(values(plan, ACL)["rule"], key=lambda rule: rule["priority"])


def rule(plan, name: str) -> dict:
    [found] = [item for item in rules(plan) if item["name"] == name]
    return found


def limit(plan, name: str) -> dict:
    return rule(plan, name)["statement"][0]["rate_based_statement"][0]


def group(plan, name: str) -> dict:
    return rule(plan, name)["statement"][0]["managed_rule_group_statement"][0]


def login_statements(plan) -> list[dict]:
    return limit(plan, "login-rate-limit")["scope_down_statement"][0]["and_statement"][0]["statement"]


def path(statement: dict) -> tuple[str, str, list[str]]:
    [match] = statement["byte_match_statement"]
    assert match["field_to_match"][0]["uri_path"], "the path is what is compared"
    ordered = sorted(match["text_transformation"], key=lambda item: item["priority"])
    return match["search_string"], match["positional_constraint"], [item["type"] for item in ordered]


def test_rules_come_in_this_order_and_block(plan_module) -> None:
    plan = plan_module("waf", **BASE)
    assert [item["name"] for item in rules(plan)] == [
        "rate-limit",
        "login-rate-limit",
        "AmazonIpReputationList",
        "CommonRuleSet",
        "KnownBadInputsRuleSet",
        "SQLiRuleSet",
    ]
    assert len({item["priority"] for item in rules(plan)}) == 6
    for item in rules(plan)[:2]:
        [action] = item["action"]
        assert (action["block"][0]["custom_response"][0]["response_code"], action["count"]) == (429, [])
    for item in rules(plan)[2:]:
        [action] = item["override_action"]
        assert (len(action["none"]), len(action["count"])) == (1, 0)
    assert values(plan, ACL)["scope"] == "CLOUDFRONT"
    assert len(values(plan, ACL)["default_action"][0]["allow"]) == 1


def test_every_rule_is_measured_and_sampled(plan_module) -> None:
    plan = plan_module("waf", **BASE)
    for item in (values(plan, ACL), *rules(plan)):
        [config] = item["visibility_config"]
        assert config["cloudwatch_metrics_enabled"]
        assert config["sampled_requests_enabled"]
        assert config["metric_name"] == item["name"]
    assert outputs(plan)["metric_name"] == "shop"
    assert outputs(plan)["rule_metric_names"] == [item["name"] for item in rules(plan)]


def test_an_address_may_ask_as_often_as_a_campus_does(plan_module) -> None:
    found = limit(plan_module("waf", **BASE), "rate-limit")
    assert (found["aggregate_key_type"], found["evaluation_window_sec"], found["limit"]) == ("IP", 300, 100_000)
    assert found["scope_down_statement"] == []


def test_posts_to_login_paths_have_a_stricter_limit(plan_module) -> None:
    plan = plan_module("waf", **BASE)
    found = limit(plan, "login-rate-limit")
    assert (found["aggregate_key_type"], found["evaluation_window_sec"], found["limit"]) == ("IP", 300, 2_000)
    method, paths = login_statements(plan)
    [match] = method["byte_match_statement"]
    assert (match["search_string"], match["positional_constraint"]) == ("POST", "EXACTLY")
    assert len(match["field_to_match"][0]["method"]) == 1
    assert [path(item) for item in paths["or_statement"][0]["statement"]] == [
        (text, "STARTS_WITH", ["URL_DECODE", "LOWERCASE"])
        for text in ("/accounts/login/", "/admin/login/", "/api/auth/")
    ]


def test_one_login_path_stands_without_or_and_in_lower_case(plan_module) -> None:
    method, single = login_statements(plan_module("waf", **FULL))
    assert not method["or_statement"]
    assert not single["or_statement"], "AWS wants two statements in it"
    assert path(single) == ("/api/auth/", "STARTS_WITH", ["URL_DECODE", "LOWERCASE"])


def test_without_login_paths_and_groups_only_the_rate_limit_is_left(plan_module) -> None:
    plan = plan_module("waf", **BARE)
    assert [item["name"] for item in rules(plan)] == ["rate-limit"]
    assert outputs(plan)["rule_metric_names"] == ["rate-limit"]


def test_large_bodies_are_counted_and_all_else_of_the_groups_blocks(plan_module) -> None:
    plan = plan_module("waf", **BASE)
    names = [item["name"] for item in rules(plan)[2:]]
    overrides = {name: group(plan, name)["rule_action_override"] for name in names}
    [counted] = overrides.pop("CommonRuleSet")
    assert counted["name"] == "SizeRestrictions_BODY"
    assert len(counted["action_to_use"][0]["count"]) == 1
    assert set(map(len, overrides.values())) == {0}
    assert {(group(plan, name)["vendor_name"], group(plan, name)["name"]) for name in names} == {
        ("AWS", f"AWSManagedRules{name}") for name in names
    }


def test_groups_are_as_wished(plan_module) -> None:
    plan = plan_module("waf", **FULL)
    assert [item["name"] for item in rules(plan)[2:]] == ["AnonymousIpList", "SQLiRuleSet"]
    assert [item["name"] for item in group(plan, "SQLiRuleSet")["rule_action_override"]] == ["SQLi_BODY", "SQLi_COOKIE"]


def test_everything_only_counts_on_trial(plan_module) -> None:
    for item in rules(plan_module("waf", **FULL)):
        [action] = item["action"] or item["override_action"]
        assert len(action["count"]) == 1, item["name"]
        assert not action.get("block"), item["name"]
        assert not action.get("none"), item["name"]


def test_trusted_networks_are_exempt_from_the_general_limit_alone(plan_module) -> None:
    plan = plan_module("waf", **FULL)
    sets = {family: values(plan, f'aws_wafv2_ip_set.trusted["{family}"]') for family in ("IPV4", "IPV6")}
    assert {family: sorted(item["addresses"]) for family, item in sets.items()} == {
        "IPV4": ["192.0.2.0/24", "198.51.100.7/32"],
        "IPV6": ["2001:db8::/32"],
    }
    assert {(item["ip_address_version"], item["scope"]) for item in sets.values()} == {
        ("IPV4", "CLOUDFRONT"),
        ("IPV6", "CLOUDFRONT"),
    }
    [exempt] = limit(plan, "rate-limit")["scope_down_statement"][0]["not_statement"][0]["statement"]
    assert len(exempt["or_statement"][0]["statement"]) == 2
    assert limit(plan, "rate-limit")["limit"] == 500
    text = json.dumps([item for item in rules(plan) if item["name"] != "rate-limit"])
    assert '"ip_set_reference_statement": [{' not in text


def test_there_are_no_sets_without_trusted_networks_and_both_with_one(plan_module) -> None:
    def families(inputs: dict) -> list[str]:
        found = plan_module("waf", **inputs).modules["module.this"].resources
        return sorted(name for name in found if name.startswith("aws_wafv2_ip_set"))

    assert families(BASE) == []
    assert families(BARE) == ['aws_wafv2_ip_set.trusted["IPV4"]', 'aws_wafv2_ip_set.trusted["IPV6"]']
    assert not values(plan_module("waf", **BARE), 'aws_wafv2_ip_set.trusted["IPV6"]')["addresses"]


def test_the_log_keeps_what_was_blocked_or_counted(plan_module) -> None:
    plan = plan_module("waf", **BASE)
    log = values(plan, "aws_cloudwatch_log_group.this")
    assert (log["name"], log["kms_key_id"], log["retention_in_days"]) == (
        "aws-waf-logs-shop",
        BASE["log_kms_key_arn"],
        30,
    )
    [found] = values(plan, "aws_wafv2_web_acl_logging_configuration.this")["logging_filter"]
    [kept] = found["filter"]
    assert (found["default_behavior"], kept["behavior"], kept["requirement"]) == ("DROP", "KEEP", "MEETS_ANY")
    actions = {item["action_condition"][0]["action"] for item in kept["condition"]}
    assert actions == {"BLOCK", "COUNT", "EXCLUDED_AS_COUNT"}
    assert values(plan_module("waf", **FULL), "aws_cloudwatch_log_group.this")["retention_in_days"] == 90


def test_credentials_are_in_no_log_and_no_sample(plan_module) -> None:
    plan = plan_module("waf", **BASE)
    fields = values(plan, "aws_wafv2_web_acl_logging_configuration.this")["redacted_fields"]
    assert [item["single_header"][0]["name"] for item in fields if item["single_header"]] == ["authorization", "cookie"]
    assert [len(item["query_string"]) for item in fields] == [0, 0, 1]
    [protection] = values(plan, ACL)["data_protection_config"][0]["data_protection"]
    assert protection["action"] == "SUBSTITUTION"
    assert protection["field"] == [{"field_keys": ["authorization", "cookie"], "field_type": "SINGLE_HEADER"}]


def test_the_log_service_may_write_for_this_account_only(plan_module) -> None:
    plan = plan_module("waf", **BASE)
    resources = plan.modules["module.this"].resources
    assert values(plan, "aws_cloudwatch_log_resource_policy.this")["policy_name"] == "shop-waf-logs"
    [statement] = resources["data.aws_iam_policy_document.logs"]["values"]["statement"]
    assert sorted(statement["actions"]) == ["logs:CreateLogStream", "logs:PutLogEvents"]
    assert [item["identifiers"] for item in statement["principals"]] == [["delivery.logs.amazonaws.com"]]
    assert {item["variable"]: item["values"] for item in statement["condition"]} == {
        "aws:SourceAccount": ["123456789012"],
        "aws:SourceArn": ["arn:aws:logs:us-east-1:123456789012:*"],
    }


def test_all_of_it_is_in_us_east_1(plan_module) -> None:
    configuration = plan_module("waf", **FULL)["configuration"]
    resources = configuration["root_module"]["module_calls"]["this"]["module"]["resources"]
    assert {item["provider_config_key"] for item in resources} == {"aws.us_east_1"}


def test_wrong_inputs_are_refused_with_what_to_write(plan_module) -> None:
    wrong = {
        "name": "Shop",
        "log_kms_key_arn": BASE["log_kms_key_arn"],
        "log_retention_days": 31,
        "login_paths": ["accounts/login/", "/", *(f"/{number}" for number in range(10))],
        "login_rate_limit": 9,
        "managed_rule_groups": {
            "CommonRuleSet": {},
            "AWSManagedRulesATPRuleSet": {},
            "AWSManagedRulesSQLiRuleSet": {"count": ["SQLi_BODY", "SQLi_BODY"]},
        },
        "rate_limit": 2_000_000_001,
        "trusted_cidrs": ["0.0.0.0/0", "10.1.2.3/8", "192.0.2.1", "192.0.2.1"],
    }
    with pytest.raises(AssertionError) as caught:
        plan_module("waf", **wrong)
    said = " ".join(str(caught.value).split())
    for text in (
        "name: write 3 to 30",
        "log_retention_days: write",
        "login_paths: write at most 10",
        "login_paths: write paths as Django sees them",
        "login_rate_limit: write",
        "managed_rule_groups: write names",
        "managed_rule_groups: leave out",
        "managed_rule_groups: write at most 100",
        " rate_limit: write",
        "trusted_cidrs: write networks in their shortest form",
        "trusted_cidrs: write networks of a prefix of 8 or more",
        "trusted_cidrs: write each network once",
    ):
        assert text in said, text


@pytest.mark.parametrize("everyone", ["0.0.0.0/0", "::/0"])
def test_not_everyone_can_be_trusted(plan_module, everyone: str) -> None:
    with pytest.raises(AssertionError, match="would exempt"):
        plan_module("waf", **BASE, trusted_cidrs=[everyone])
