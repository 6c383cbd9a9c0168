"""Proofs of the policies on who may use keys, buckets and secrets, and must."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from tests.features.mutation import Mutation, _instances, change
from tests.features.reading import Evidence
from tests.policies.cases.case import Case
from tests.policies.forget import forget

DATA, ALARMS = 'aws_kms_key.this["data"]', 'aws_kms_key.this["logs"]'
LOGS, BACKUPS = 'aws_s3_bucket_policy.this["logs"]', 'aws_s3_bucket_policy.this["backups"]'
SECRET = 'aws_secretsmanager_secret_policy.this["third-party"]'
Edit = Callable[[list[dict[str, Any]], dict[str, Any]], Any]


def _statement(component: str, pattern: str, sid: str, text: str, edit: Edit) -> Mutation:
    """Edit one statement of a known policy; `edit` is given all of them and the one called `sid`."""

    def apply(evidence: Evidence) -> None:
        for planned, entry in _instances(evidence.document, component, pattern):
            policy = json.loads(planned["values"]["policy"])
            edit(policy["Statement"], next(item for item in policy["Statement"] if item["Sid"] == sid))
            planned["values"]["policy"] = entry["change"]["after"]["policy"] = json.dumps(policy)

    return Mutation(f"{component} {pattern} {sid}: {text}", apply)


def _refused(component: str, pattern: str, sid: str) -> Mutation:
    return _statement(component, pattern, sid, "denied", lambda _, item: item.update(Effect="Deny"))


def _gone(component: str, pattern: str, sid: str) -> Mutation:
    return _statement(component, pattern, sid, "gone", lambda all_, item: all_.remove(item))


def _always(component: str, pattern: str, sid: str) -> Mutation:
    return _statement(component, pattern, sid, "without conditions", lambda _, item: item.pop("Condition"))


CASES: dict[str, Case] = {
    "TIER_AWS_031": Case(
        faults=(
            _refused("keys", DATA, "AccountThroughIam"),
            _gone("keys", DATA, "AccountThroughIam"),
            _refused("keys", DATA, "Cloudfront"),
            _gone("keys", DATA, "Cloudfront"),
            *(_refused("keys", ALARMS, sid) for sid in ("Budgets", "Cloudwatch", "EventsRds", "Logs", "Sns")),
            *(_gone("keys", ALARMS, sid) for sid in ("Cloudwatch", "EventsRds", "Logs")),
            _statement("keys", ALARMS, "Logs", "reads only", lambda _, item: item.update(Action=["kms:Decrypt*"])),
            _statement(
                "keys", DATA, "AccountThroughIam", "reads only", lambda _, item: item.update(Action="kms:Decrypt")
            ),
            *(_refused("storage", LOGS, sid) for sid in ("LoadBalancerLogs", "VendedLogs", "VendedLogsBucketCheck")),
            *(_gone("storage", LOGS, sid) for sid in ("LoadBalancerLogs", "VendedLogs", "VendedLogsBucketCheck")),
            _always("storage", LOGS, "DenyPlainHttp"),
            _always("storage", BACKUPS, "DenyOldTls"),
            _always("secrets", SECRET, "DenyPlainHttp"),
            _always("secrets", SECRET, "DenyOtherAccounts"),
        ),
        harmless=(
            _gone("storage", BACKUPS, "DenyOldTls"),
            _statement("keys", DATA, "AccountThroughIam", "*", lambda _, item: item.update(Action="*")),
            _statement(
                "storage",
                BACKUPS,
                "DenyPlainHttp",
                "nobody may delete the bucket",
                lambda all_, item: all_.append(
                    {"Sid": "Keep", "Effect": "Deny", "Principal": "*", "Action": "s3:DeleteBucket"}
                    | {"Resource": item["Resource"]}
                ),
            ),
        ),
        unknown=forget("storage", BACKUPS, "policy"),
        decided_by_reference=True,
    ),
    "TIER_AWS_032": Case(
        faults=(
            change("keys", DATA, "multi_region", to=True),
            change("keys", ALARMS, "multi_region", to=True),
        ),
        harmless=(change("keys", DATA, "multi_region", to=None),),
        unknown=forget("keys", DATA, "multi_region"),
    ),
}
