"""The module s3: what every bucket has, who may write logs, who may read, and what the buckets' names depend on."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

PlanModule = Callable[..., Any]

ACCOUNT = "123456789012"
DISTRIBUTION = f"arn:aws:cloudfront::{ACCOUNT}:distribution/E1"
KEY = f"arn:aws:kms:us-east-1:{ACCOUNT}:key/storage"
INPUTS: dict[str, Any] = {
    "name": "shop",
    "access_log_bucket": "logs",
    "cloudfront_distribution_arn": DISTRIBUTION,
    "buckets": {
        "static": {"cloudfront": True, "encryption": "s3", "versioning": False},
        "media": {"cloudfront": True, "kms_key_arn": KEY, "cors_origins": ["https://shop.example.com"]},
        "backups": {
            "kms_key_arn": KEY,
            "object_lock_days": 30,
            "noncurrent_days": 60,
            "expire_days": 400,
            "transition": {"infrequent_access_days": 30, "glacier_days": 90},
        },
        "logs": {"log_delivery": True, "expire_days": 90},
    },
    "tags": {"application": "shop"},
}
PLAIN: dict[str, Any] = {"name": "shop", "buckets": {"reports": {}}}


def resources(plan: Any) -> dict[str, dict[str, Any]]:
    """Return the planned values of the module's managed resources by address inside the module."""
    return {
        address: resource["values"]
        for address, resource in plan.modules["module.this"].resources.items()
        if resource["mode"] == "managed"
    }


def bucket_name(key: str) -> str:
    return f"shop-{key}-{ACCOUNT}-us-east-1"


def statements(plan: Any, key: str) -> dict[str, dict[str, Any]]:
    """Return the statements of the policy of the bucket `key` by Sid."""
    found = resources(plan)
    kind = "cloudfront" if f'aws_s3_bucket_policy.cloudfront["{key}"]' in found else "this"
    policy = json.loads(found[f'aws_s3_bucket_policy.{kind}["{key}"]']["policy"])
    return {statement["Sid"]: statement for statement in policy["Statement"]}


def encryption(plan: Any, key: str) -> tuple[str, str | None, bool]:
    """Return algorithm, key and use of a bucket key of the bucket `key`."""
    rule = resources(plan)[f'aws_s3_bucket_server_side_encryption_configuration.this["{key}"]']["rule"][0]
    default = rule["apply_server_side_encryption_by_default"][0]
    return default["sse_algorithm"], default["kms_master_key_id"], rule["bucket_key_enabled"]


def rules(plan: Any, key: str) -> dict[str, dict[str, Any]]:
    """Return the lifecycle rules of the bucket `key` by id."""
    found = resources(plan)[f'aws_s3_bucket_lifecycle_configuration.this["{key}"]']["rule"]
    return {rule["id"]: rule for rule in found}


@pytest.mark.parametrize("key", sorted(INPUTS["buckets"]))
def test_every_bucket_is_closed(plan_module: PlanModule, key: str) -> None:
    plan = plan_module("s3", **INPUTS)
    found = resources(plan)
    bucket = found[f'aws_s3_bucket.this["{key}"]']
    assert bucket["bucket"] == bucket_name(key)
    assert not bucket["force_destroy"]
    assert bucket["tags"] == {"application": "shop"}
    block = found[f'aws_s3_bucket_public_access_block.this["{key}"]']
    assert all(
        block[setting]
        for setting in ("block_public_acls", "block_public_policy", "ignore_public_acls", "restrict_public_buckets")
    )
    ownership = found[f'aws_s3_bucket_ownership_controls.this["{key}"]']["rule"][0]
    assert ownership["object_ownership"] == "BucketOwnerEnforced"


@pytest.mark.parametrize("key", sorted(INPUTS["buckets"]))
def test_every_bucket_refuses_plain_http_and_old_tls(plan_module: PlanModule, key: str) -> None:
    found = statements(plan_module("s3", **INPUTS), key)
    conditions = {
        "DenyPlainHttp": {"Bool": {"aws:SecureTransport": "false"}},
        "DenyOldTls": {"NumericLessThan": {"s3:TlsVersion": "1.2"}},
    }
    arn = f"arn:aws:s3:::{bucket_name(key)}"
    for sid, condition in conditions.items():
        assert (found[sid]["Effect"], found[sid]["Action"]) == ("Deny", "s3:*")
        assert found[sid]["Principal"] == {"AWS": "*"}
        assert set(found[sid]["Resource"]) == {arn, f"{arn}/*"}
        assert found[sid]["Condition"] == condition


def test_encryption(plan_module: PlanModule) -> None:
    plan = plan_module("s3", **INPUTS)
    assert encryption(plan, "media") == ("aws:kms", KEY, True)
    assert encryption(plan, "static")[0] == "AES256"
    # Load balancers can write to nothing else.
    assert encryption(plan, "logs")[0] == "AES256"
    assert encryption(plan_module("s3", **PLAIN), "reports")[::2] == ("aws:kms", True)


def test_versions_are_kept_unless_told_otherwise(plan_module: PlanModule) -> None:
    found = resources(plan_module("s3", **INPUTS))
    status = {
        key: found[f'aws_s3_bucket_versioning.this["{key}"]']["versioning_configuration"][0]["status"]
        for key in INPUTS["buckets"]
    }
    assert status == {"static": "Suspended", "media": "Enabled", "backups": "Enabled", "logs": "Enabled"}


def test_lifecycle_by_default(plan_module: PlanModule) -> None:
    found = rules(plan_module("s3", **PLAIN), "reports")
    assert set(found) == {"abort-multipart-uploads", "expire-noncurrent-versions"}
    assert all(rule["status"] == "Enabled" for rule in found.values())
    abort = found["abort-multipart-uploads"]["abort_incomplete_multipart_upload"][0]
    assert abort["days_after_initiation"] == 7
    noncurrent = found["expire-noncurrent-versions"]["noncurrent_version_expiration"][0]
    assert noncurrent["noncurrent_days"] == 30


def test_backups_move_expire_and_are_locked(plan_module: PlanModule) -> None:
    plan = plan_module("s3", **INPUTS)
    found = rules(plan, "backups")
    moves = {move["storage_class"]: move["days"] for move in found["transition"]["transition"]}
    assert moves == {"STANDARD_IA": 30, "GLACIER": 90}
    assert found["expire"]["expiration"][0]["days"] == 400
    assert found["expire-noncurrent-versions"]["noncurrent_version_expiration"][0]["noncurrent_days"] == 60
    assert "transition" not in rules(plan, "logs")
    lock = resources(plan)['aws_s3_bucket_object_lock_configuration.this["backups"]']["rule"][0]
    assert lock["default_retention"][0]["days"] == 30
    assert lock["default_retention"][0]["mode"] == "GOVERNANCE"
    locked = {key: resources(plan)[f'aws_s3_bucket.this["{key}"]']["object_lock_enabled"] for key in INPUTS["buckets"]}
    assert locked == {"static": False, "media": False, "backups": True, "logs": False}


def test_only_named_sites_may_upload(plan_module: PlanModule) -> None:
    found = resources(plan_module("s3", **INPUTS))
    cors = [address for address in found if address.startswith("aws_s3_bucket_cors_configuration")]
    assert cors == ['aws_s3_bucket_cors_configuration.this["media"]']
    assert found[cors[0]]["cors_rule"][0]["allowed_origins"] == ["https://shop.example.com"]


def test_only_the_distribution_may_read(plan_module: PlanModule) -> None:
    plan = plan_module("s3", **INPUTS)
    for key in ("static", "media"):
        read = statements(plan, key)["CloudFrontRead"]
        assert read["Principal"] == {"Service": "cloudfront.amazonaws.com"}
        assert read["Action"] == "s3:GetObject"
        assert read["Condition"] == {"StringEquals": {"aws:SourceArn": DISTRIBUTION}}
    for key in ("backups", "logs"):
        assert "CloudFrontRead" not in statements(plan, key)


def test_access_logs_go_to_the_log_bucket(plan_module: PlanModule) -> None:
    plan = plan_module("s3", **INPUTS)
    found = statements(plan, "logs")
    for key in ("backups", "media", "static"):
        logging = resources(plan)[f'aws_s3_bucket_logging.this["{key}"]']
        assert (logging["target_bucket"], logging["target_prefix"]) == (bucket_name("logs"), f"s3/{key}/")
        write = found[f"S3AccessLogs{key.title()}"]
        assert write["Principal"] == {"Service": "logging.s3.amazonaws.com"}
        assert write["Resource"] == f"arn:aws:s3:::{bucket_name('logs')}/s3/{key}/*"
        assert write["Condition"] == {
            "StringEquals": {"aws:SourceAccount": ACCOUNT},
            "ArnEquals": {"aws:SourceArn": f"arn:aws:s3:::{bucket_name(key)}"},
        }
    assert 'aws_s3_bucket_logging.this["logs"]' not in resources(plan)
    assert not [a for a in resources(plan_module("s3", **PLAIN)) if a.startswith("aws_s3_bucket_logging")]


def test_services_deliver_logs_below_the_account_only(plan_module: PlanModule) -> None:
    plan = plan_module("s3", **INPUTS)
    found = statements(plan, "logs")
    paths = {
        f"arn:aws:s3:::{bucket_name('logs')}/AWSLogs/{ACCOUNT}/*",
        f"arn:aws:s3:::{bucket_name('logs')}/*/AWSLogs/{ACCOUNT}/*",
    }
    services = {
        "LoadBalancerLogs": "logdelivery.elasticloadbalancing.amazonaws.com",
        "VendedLogs": "delivery.logs.amazonaws.com",
    }
    for sid, service in services.items():
        assert (found[sid]["Action"], found[sid]["Principal"]) == ("s3:PutObject", {"Service": service})
        assert set(found[sid]["Resource"]) == paths
    own = {"aws:SourceAccount": ACCOUNT}
    arn_like = {"aws:SourceArn": f"arn:aws:logs:*:{ACCOUNT}:*"}
    assert found["VendedLogs"]["Condition"] == {
        "StringEquals": {**own, "s3:x-amz-acl": "bucket-owner-full-control"},
        "ArnLike": arn_like,
    }
    assert found["VendedLogsBucketCheck"]["Condition"] == {"StringEquals": own, "ArnLike": arn_like}
    assert set(statements(plan, "backups")) == {"DenyPlainHttp", "DenyOldTls"}


def test_outputs_do_not_wait_for_the_distribution(plan_module: PlanModule) -> None:
    module = plan_module("s3", **INPUTS).configuration["root_module"]["module_calls"]["this"]["module"]
    reached, open_ends = set(), set()
    for output in module["outputs"].values():
        open_ends |= {*output["expression"].get("references", []), *output.get("depends_on", [])}
    known = {resource["address"]: json.dumps(resource) for resource in module["resources"]}
    assert "var.cloudfront_distribution_arn" in known["data.aws_iam_policy_document.cloudfront"]
    while open_ends:
        address = open_ends.pop()
        reached.add(address)
        open_ends |= {other for other in known if address in known and f'"{other}' in known[address]} - reached
    assert "aws_s3_bucket_policy.this" in reached
    assert not any("cloudfront" in known.get(address, "") for address in reached)


def test_wrong_inputs_are_refused_with_what_to_write(plan_module: PlanModule) -> None:
    with pytest.raises(AssertionError) as failed:
        plan_module(
            "s3",
            name="_shop",
            buckets={
                "Media": {"encryption": "none", "cors_origins": ["*"], "noncurrent_days": 0},
                "media": {"cloudfront": True},
                "backups": {
                    "versioning": False,
                    "object_lock_days": 7,
                    "expire_days": 40,
                    "transition": {"infrequent_access_days": 20, "glacier_days": 45},
                },
                "logs": {"log_delivery": True, "kms_key_arn": KEY, "object_lock_days": 1},
            },
        )
    said = " ".join(str(failed.value).split())
    for message in (
        "name: write 3 to 30",
        "buckets: name them with lower-case",
        "buckets: write encryption as",
        "buckets: leave kms_key_arn out",
        "buckets: give kms_key_arn, or encryption",
        "buckets: keep log_delivery apart",
        "buckets: write cors_origins as https://",
        "buckets: leave versioning on",
        "buckets: write expire_days, noncurrent_days",
        "buckets: write transition.infrequent_access_days as 30",
        "buckets: write expire_days later",
    ):
        assert message in said


def test_inputs_that_need_each_other(plan_module: PlanModule) -> None:
    static = {"cloudfront": True, "encryption": "s3"}
    with pytest.raises(AssertionError) as failed:
        plan_module("s3", name="shop", access_log_bucket="static", buckets={"static": static})
    said = " ".join(str(failed.value).split())
    assert "access_log_bucket: write the key of a bucket with log_delivery" in said
    assert "cloudfront_distribution_arn: give the distribution's ARN" in said


def test_a_bucket_name_that_is_too_long_is_named(plan_module: PlanModule) -> None:
    with pytest.raises(AssertionError, match="longer than 63 characters"):
        plan_module("s3", name="shop", buckets={"student-photos-and-all-their-thumbnails": {}})
