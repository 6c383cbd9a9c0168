"""Drift, from plans in JSON form: what somebody changed is told from what AWS, scaling and the blueprint change."""

from __future__ import annotations

from typing import Any

from generator.plan.drift import Difference, Drift, drifts


def change(address: str, actions: list[str], before: Any, after: Any, **more: Any) -> dict[str, Any]:
    return {"address": address, "change": {"actions": actions, "before": before, "after": after, **more}}


def of(drifted: list[dict[str, Any]], planned: list[dict[str, Any]], *resources: dict[str, Any]) -> Any:
    root = {"resources": [{"mode": "managed", **item} for item in resources]}
    return drifts(
        {"resource_drift": drifted, "resource_changes": planned, "prior_state": {"values": {"root_module": root}}}
    )


def test_what_is_put_back_is_drift() -> None:
    drifted = change("aws_lb.a", ["update"], {"idle_timeout": 60, "arn": 1}, {"idle_timeout": 9, "arn": 2})
    planned = change("aws_lb.a", ["update"], {"idle_timeout": 9, "arn": 2}, {"idle_timeout": 60, "arn": 2})
    assert of([drifted], [planned]) == ([Drift("aws_lb.a", False, (Difference("idle_timeout", "60", "9"),))], 0)


def test_what_nothing_puts_back_is_counted() -> None:
    drifted = change("aws_ecs_service.a", ["update"], {"desired_count": 3}, {"desired_count": 5})
    assert of([drifted], [change("aws_ecs_service.a", ["no-op"], {}, {})]) == ([], 1)
    assert of([drifted], []) == ([], 1)


def test_a_change_of_the_blueprint_is_no_drift() -> None:
    assert of([], [change("aws_lb.a", ["update"], {"name": "a"}, {"name": "b"})]) == ([], 0)
    aws = change("aws_lb.a", ["update"], {"zones": 1, "name": "a"}, {"zones": 2, "name": "a"})
    assert of([aws], [change("aws_lb.a", ["update"], {"name": "a"}, {"name": "b"})]) == ([], 1)


def test_what_is_gone_is_said() -> None:
    drifted, planned = change("aws_lb.a", ["delete"], {}, None), change("aws_lb.a", ["create"], None, {})
    assert of([drifted], [planned]) == ([Drift("aws_lb.a", True)], 0)


def test_a_sensitive_value_is_not_shown_and_a_long_one_is_cut() -> None:
    marks = {"before_sensitive": {"password": True}, "after_sensitive": False}
    before, after = {"password": "old", "policy": "x" * 99}, {"password": "new", "policy": ""}
    [[found], _] = of(
        [change("aws_a.b", ["update"], before, after, **marks)], [change("aws_a.b", ["update"], after, before)]
    )
    assert found.differences[0] == Difference("password", "(sensitive)", "(sensitive)")
    assert len(found.differences[1].applied) == 60


def group(*rules: dict[str, Any]) -> dict[str, Any]:
    return {"address": "aws_security_group.a", "type": "aws_security_group", "values": {"id": "sg-1", "ingress": rules}}


def rule(**values: Any) -> dict[str, Any]:
    kind = "aws_vpc_security_group_ingress_rule"
    return {"address": f"{kind}.a", "type": kind, "values": {"security_group_id": "sg-1", **values}}


def test_rules_that_nothing_of_ours_made_are_found_in_any_form() -> None:
    https = {"protocol": "tcp", "from_port": 443, "to_port": 443, "cidr_blocks": ["10.0.0.0/16", "0.0.0.0/0"]}
    own = rule(ip_protocol="tcp", from_port=443, to_port=443, cidr_ipv4="10.0.0.0/16")
    [[found], _] = of([], [], group(https), own)
    assert found.differences == (Difference("ingress", "nothing", "tcp 443-443 0.0.0.0/0"),)
    from_group = {
        "protocol": "-1",
        "from_port": 0,
        "to_port": 0,
        "security_groups": ["111122223333/sg-2"],
        "self": True,
    }
    [[found], _] = of([], [], group(from_group), rule(ip_protocol="-1", referenced_security_group_id="sg-2"))
    assert found.differences == (Difference("ingress", "nothing", "all ports sg-1"),)
