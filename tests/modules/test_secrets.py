"""The module secrets: generated values that Terraform never keeps, empty ones, and who may not use them."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

PlanModule = Callable[..., Any]

INPUTS: dict[str, Any] = {
    "name": "shop",
    "kms_key_arn": "arn:aws:kms:us-east-1:123456789012:key/secrets",
    "secrets": {
        "django": {"description": "Django's SECRET_KEY", "generate": {"length": 64, "exclude_punctuation": False}},
        "jwt": {"description": "Signs tokens", "generate": {}, "version": 2},
        "sms": {"description": "Filled by hand"},
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


def test_secrets_are_encrypted_and_can_be_recovered(plan_module: PlanModule) -> None:
    found = resources(plan_module("secrets", **INPUTS))
    for key, secret in INPUTS["secrets"].items():
        values = found[f'aws_secretsmanager_secret.this["{key}"]']
        assert values["name"] == f"shop/{key}"
        assert values["description"] == secret["description"]
        assert values["kms_key_id"] == INPUTS["kms_key_arn"]
        assert values["recovery_window_in_days"] == 30
        assert values["tags"] == {"application": "shop"}


def test_only_generated_secrets_get_a_value(plan_module: PlanModule) -> None:
    found = resources(plan_module("secrets", **INPUTS))
    versions = {
        address: values["secret_string_wo_version"]
        for address, values in found.items()
        if address.startswith("aws_secretsmanager_secret_version.")
    }
    assert versions == {
        'aws_secretsmanager_secret_version.this["django"]': 1,
        'aws_secretsmanager_secret_version.this["jwt"]': 2,
    }


def test_no_value_is_in_the_plan(plan_module: PlanModule) -> None:
    found = resources(plan_module("secrets", **INPUTS))
    for key in ("django", "jwt"):
        version = found[f'aws_secretsmanager_secret_version.this["{key}"]']
        assert version.get("secret_string_wo") is None
        assert version.get("secret_string") is None
        assert version.get("secret_binary") is None


def test_nothing_reads_a_value(plan_module: PlanModule) -> None:
    module = plan_module("secrets", **INPUTS).configuration["root_module"]["module_calls"]["this"]["module"]
    read = {resource["type"] for resource in module["resources"] if resource["mode"] == "data"}
    assert read == {"aws_caller_identity", "aws_iam_policy_document"}


def test_policies_deny_plain_http_and_other_accounts(plan_module: PlanModule) -> None:
    found = resources(plan_module("secrets", **INPUTS))
    for key in INPUTS["secrets"]:
        values = found[f'aws_secretsmanager_secret_policy.this["{key}"]']
        assert values["block_public_policy"]
        statements = {statement["Sid"]: statement for statement in json.loads(values["policy"])["Statement"]}
        assert {statement["Effect"] for statement in statements.values()} == {"Deny"}
        assert statements["DenyPlainHttp"]["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
        assert statements["DenyOtherAccounts"]["Condition"] == {
            "StringNotEquals": {"aws:PrincipalAccount": "123456789012"},
            "Bool": {"aws:PrincipalIsAWSService": "false"},
        }


def test_an_empty_secret_opens_no_ephemeral_resource(plan_module: PlanModule) -> None:
    by_hand = {**INPUTS, "secrets": {"sms": {"description": "Filled by hand"}}}
    found = resources(plan_module("secrets", **by_hand))
    assert set(found) == {
        'aws_secretsmanager_secret.this["sms"]',
        'aws_secretsmanager_secret_policy.this["sms"]',
    }


def test_wrong_inputs_are_refused_with_what_to_write(plan_module: PlanModule) -> None:
    with pytest.raises(AssertionError) as failed:
        plan_module(
            "secrets",
            name="shop-",
            kms_key_arn="alias/secrets",
            secrets={"Django": {"description": "", "generate": {"length": 8}, "version": 0}},
            recovery_window_days=0,
        )
    said = " ".join(str(failed.value).split())
    for message in (
        "name: write 3 to 30",
        "kms_key_arn: write the ARN",
        "secrets: name them with lower-case",
        "secrets: write a description",
        "secrets: write generate.length from 32",
        "secrets: write version as a whole number",
        "recovery_window_days: write a whole number",
    ):
        assert message in said
