"""The module kms: key policies, rotation, and keys that are needed in us-east-1, too."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

PlanModule = Callable[..., Any]

SERVICES = ["budgets", "cloudfront", "cloudwatch", "costalerts", "delivery.logs", "events", "events.rds", "s3", "sns"]
INPUTS: dict[str, Any] = {
    "name": "shop",
    "keys": {
        "database": {"description": "Database"},
        "logs": {"description": "Log groups", "services": ["logs"], "edge": True},
        "services": {"description": "Whoever calls by itself", "services": SERVICES, "multi_region": True},
    },
    "tags": {"application": "shop"},
}


def resources(plan: Any) -> dict[str, dict[str, Any]]:
    """Return the planned values of the module's managed resources by address inside the module."""
    return {
        address: resource["values"]
        for address, resource in plan.modules["module.this"].resources.items()
        if resource["mode"] == "managed"
    }


def statements(key: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Return the statements of the key's policy by Sid."""
    return {statement["Sid"]: statement for statement in json.loads(key["policy"])["Statement"]}


@pytest.fixture
def elsewhere(plan_module: PlanModule, monkeypatch: pytest.MonkeyPatch) -> dict[str, dict[str, Any]]:
    """The resources of the module in a region that is not us-east-1."""
    # The fixture's region is read by each call.
    monkeypatch.setitem(plan_module.__globals__, "REGION", "eu-west-1")
    return resources(plan_module("kms", **INPUTS))


def test_keys_rotate_and_can_be_saved_from_deletion(plan_module: PlanModule) -> None:
    found = resources(plan_module("kms", **INPUTS))
    for key in INPUTS["keys"]:
        values = found[f'aws_kms_key.this["{key}"]']
        assert values["enable_key_rotation"]
        assert values["deletion_window_in_days"] == 30
        assert values["tags"]["application"] == "shop"
        assert found[f'aws_kms_alias.this["{key}"]']["name"] == f"alias/shop-{key}"


def test_a_key_is_left_to_iam_alone_by_default(plan_module: PlanModule) -> None:
    found = statements(resources(plan_module("kms", **INPUTS))['aws_kms_key.this["database"]'])
    assert set(found) == {"AccountThroughIam"}
    assert found["AccountThroughIam"]["Principal"] == {"AWS": "arn:aws:iam::123456789012:root"}


def test_each_service_is_tied_to_the_account(plan_module: PlanModule) -> None:
    found = statements(resources(plan_module("kms", **INPUTS))['aws_kms_key.this["services"]'])
    del found["AccountThroughIam"]
    by_principal = {statement["Principal"]["Service"]: statement["Condition"] for statement in found.values()}
    assert set(by_principal) == {f"{service}.amazonaws.com" for service in SERVICES}
    own = {"StringEquals": {"aws:SourceAccount": "123456789012"}}
    assert by_principal.pop("cloudfront.amazonaws.com") == {
        "ArnLike": {"aws:SourceArn": "arn:aws:cloudfront::123456789012:distribution/*"}
    }
    assert by_principal.pop("events.amazonaws.com") == {
        "ArnLike": {"kms:EncryptionContext:aws:sns:topicArn": "arn:aws:sns:*:123456789012:*"}
    }
    assert all(condition == own for condition in by_principal.values())
    actions = {action for statement in found.values() for action in statement["Action"]}
    assert actions == {"kms:Decrypt", "kms:GenerateDataKey*"}


def test_log_groups_use_the_key_in_their_region_only(
    plan_module: PlanModule, elsewhere: dict[str, dict[str, Any]]
) -> None:
    logs = statements(elsewhere['aws_kms_key.this["logs"]'])["Logs"]
    assert logs["Principal"] == {"Service": "logs.eu-west-1.amazonaws.com"}
    assert logs["Condition"] == {"ArnLike": {"kms:EncryptionContext:aws:logs:arn": "arn:aws:logs:*:123456789012:*"}}
    replica = statements(elsewhere['aws_kms_replica_key.us_east_1["logs"]'])["Logs"]
    assert replica["Principal"] == {"Service": "logs.us-east-1.amazonaws.com"}


def test_us_east_1_needs_no_replica(plan_module: PlanModule) -> None:
    plan = plan_module("kms", **INPUTS)
    found = resources(plan)
    assert not [address for address in found if "us_east_1" in address]
    regional = {key: found[f'aws_kms_key.this["{key}"]']["multi_region"] for key in INPUTS["keys"]}
    assert regional == {"database": False, "logs": False, "services": True}


def test_elsewhere_an_edge_key_is_replicated(elsewhere: dict[str, dict[str, Any]]) -> None:
    assert elsewhere['aws_kms_key.this["logs"]']["multi_region"]
    assert not elsewhere['aws_kms_key.this["database"]']["multi_region"]
    assert 'aws_kms_replica_key.us_east_1["database"]' not in elsewhere
    assert elsewhere['aws_kms_replica_key.us_east_1["logs"]']["deletion_window_in_days"] == 30
    assert elsewhere['aws_kms_alias.us_east_1["logs"]']["name"] == "alias/shop-logs"


def test_wrong_inputs_are_refused_with_what_to_write(plan_module: PlanModule) -> None:
    with pytest.raises(AssertionError) as failed:
        plan_module(
            "kms",
            name="s",
            keys={"Data": {"description": "Data", "services": ["rds"]}},
            deletion_window_days=3,
        )
    said = " ".join(str(failed.value).split())
    for message in (
        "name: write 3 to 30",
        "keys: name them with lower-case",
        "keys: write services out of",
        "deletion_window_days: write a whole number",
    ):
        assert message in said
