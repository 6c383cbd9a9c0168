"""Proofs of the policies on data."""

from __future__ import annotations

import json
import re
from typing import Any

from tests.features.mutation import Mutation, _instances, _module, change, delete, drop, redirect, rewire
from tests.features.reading import Evidence, configured
from tests.policies.cases.case import Case
from tests.policies.forget import forget

DATABASE, READER = "aws_db_instance.this", 'aws_db_instance.replica["reader"]'
CACHE = "aws_elasticache_replication_group.this"
USER, DEFAULT = "aws_elasticache_user.app", "aws_elasticache_user.default"
PARAMETERS = "aws_db_parameter_group.this"
PREPARED = (
    "idle_in_transaction_session_timeout", "log_connections", "log_disconnections", "log_lock_waits",
    "log_min_duration_statement", "pg_stat_statements.track", "shared_preload_libraries",
)  # fmt: skip
KEY = 'aws_kms_key.this["data"]'
SECRET = 'aws_secretsmanager_secret.this["jwt-signing-key"]'
VERSION = 'aws_secretsmanager_secret_version.this["jwt-signing-key"]'

# Below these types, the bucket's name is the key.
BLOCK = 'aws_s3_bucket_public_access_block.this["{}"]'
OWNERSHIP = 'aws_s3_bucket_ownership_controls.this["{}"]'
VERSIONING = 'aws_s3_bucket_versioning.this["{}"]'
LIFECYCLE = 'aws_s3_bucket_lifecycle_configuration.this["{}"]'
ENCRYPTION = 'aws_s3_bucket_server_side_encryption_configuration.this["{}"]'
LOGGING = 'aws_s3_bucket_logging.this["{}"]'
BUCKET = 'aws_s3_bucket.this["{}"]'
CORS = 'aws_s3_bucket_cors_configuration.this["media"]'
LOGS = 'aws_s3_bucket_policy.this["logs"]'
DEFAULTS = ("rule", 0, "apply_server_side_encryption_by_default", 0)
VERSIONS_RULE = ("rule", {"id": "expire-noncurrent-versions"}, "noncurrent_version_expiration", 0, "noncurrent_days")
UPLOADS_RULE = (
    "rule", {"id": "abort-multipart-uploads"}, "abort_incomplete_multipart_upload", 0, "days_after_initiation",
)  # fmt: skip


def _policy(*statements: dict[str, Any]) -> str:
    """Return a policy document that allows."""
    return json.dumps(
        {
            "Version": "2012-10-17",
            "Statement": [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"} | item for item in statements],
        }
    )


def _destroyed(component: str, pattern: str, *actions: str, **before: Any) -> Mutation:
    """Let the plan delete or replace a resource that is there."""

    def apply(evidence: Evidence) -> None:
        for planned, entry in _instances(evidence.document, component, pattern):
            body = entry["change"]
            body["actions"] = list(actions)
            body["before"] = body["after"] | before
            if actions == ("delete",):
                body["after"] = None
                _module(evidence.document, component)["resources"].remove(planned)

    return Mutation(f"{component} {pattern}: {' and '.join(actions)} {before or ''}", apply)


def _constant(component: str, resource: str, argument: str) -> Mutation:
    """Write a value out in the configuration; a plan does not show that of a write-only argument."""

    def apply(evidence: Evidence) -> None:
        configured(evidence.document, component, resource)["expressions"][argument] = {"constant_value": "hunter2"}

    return Mutation(f"{component} {resource} {argument} is constant", apply)


def _random(component: str, pattern: str, argument: str) -> Mutation:
    """Take a value from a resource that makes a random one: it is unknown, and ends in the state."""

    def apply(evidence: Evidence) -> None:
        block = configured(evidence.document, component, re.sub(r"\[.*", "", pattern))
        block["expressions"][argument] = {"references": ["random_password.this.result", "random_password.this"]}
        forget(component, pattern, argument).apply(evidence)

    return Mutation(f"{component} {pattern}: {argument} is a random_password", apply)


def _without(component: str, resource: str, *arguments: str) -> Mutation:
    """Leave arguments out of the configuration: the apply computes them."""

    def apply(evidence: Evidence) -> None:
        for argument in arguments:
            del configured(evidence.document, component, resource)["expressions"][argument]

    return Mutation(f"{component} {resource} without {', '.join(arguments)}", apply)


def _all(text: str, *mutations: Mutation) -> Mutation:
    """Return one mutation made of several."""

    def apply(evidence: Evidence) -> None:
        for mutation in mutations:
            mutation.apply(evidence)

    return Mutation(text, apply)


CASES: dict[str, Case] = {
    "TIER_AWS_060": Case(
        faults=(
            change("database", DATABASE, "storage_encrypted", to=False),
            delete("database", DATABASE, "storage_encrypted"),
            delete("database", DATABASE, "kms_key_id"),
            _without("database", DATABASE, "kms_key_id"),
            change("database", DATABASE, "kms_key_id", to="arn:aws:kms:us-east-1:123456789012:alias/aws/rds"),
            change("database", READER, "storage_encrypted", to=False),
            delete("database", READER, "performance_insights_kms_key_id"),
            change("cache", CACHE, "at_rest_encryption_enabled", to="false"),
            delete("cache", CACHE, "kms_key_id"),
            delete("secrets", SECRET, "kms_key_id"),
            delete("database", "aws_secretsmanager_secret.master[0]", "kms_key_id"),
            _all(
                "RDS manages the password under its own key",
                change("database", DATABASE, "manage_master_user_password", to=True),
                delete("database", DATABASE, "master_user_secret_kms_key_id"),
            ),
        ),
        harmless=(
            change("database", DATABASE, "kms_key_id", to="arn:aws:kms:us-east-1:123456789012:key/1234"),
            change("cache", CACHE, "at_rest_encryption_enabled", to=True),
        ),
        unknown=rewire("cache", CACHE, "kms_key_id", "var.kms_key_arn", "local.kms_key_arn"),
    ),
    "TIER_AWS_061": Case(
        faults=(
            change("database", DATABASE, "multi_az", to=False),
            delete("database", DATABASE, "multi_az"),
        ),
        harmless=(change("database", READER, "multi_az", to=False),),
        unknown=forget("database", DATABASE, "multi_az"),
    ),
    "TIER_AWS_062": Case(
        faults=(
            change("database", DATABASE, "publicly_accessible", to=True),
            change("database", READER, "publicly_accessible", to=True),
            delete("database", DATABASE, "db_subnet_group_name"),
            delete("cache", CACHE, "subnet_group_name"),
            delete("database", READER, "vpc_security_group_ids"),
            change("cache", CACHE, "security_group_ids", to=[]),
            change("cache", CACHE, "subnet_group_name", to="default"),
            change("network", 'aws_subnet.database["2"]', "availability_zone", to="us-east-1a"),
            change("network", 'aws_subnet.database["1"]', "map_public_ip_on_launch", to=True),
            redirect(
                "database", "subnet_ids", "module.network.database_subnet_ids", "module.network.public_subnet_ids"
            ),
            redirect("cache", "subnet_ids", "module.network.database_subnet_ids", "module.network.public_subnet_ids"),
            drop("network", 'aws_subnet.database["2"]'),
            change("database", "aws_db_subnet_group.this", "subnet_ids", to=["subnet-1", "subnet-2"]),
        ),
        harmless=(
            delete("database", READER, "publicly_accessible"),
            change("cache", "aws_elasticache_subnet_group.this", "subnet_ids", to=["subnet-1", "subnet-2", "subnet-3"]),
        ),
        unknown=forget("network", 'aws_subnet.database["2"]', "availability_zone"),
    ),
    "TIER_AWS_063": Case(
        faults=(
            change("keys", KEY, "enable_key_rotation", to=False),
            delete("keys", KEY, "enable_key_rotation"),
            change("keys", KEY, "deletion_window_in_days", to=7),
            change("keys", KEY, "is_enabled", to=False),
            change("keys", KEY, "bypass_policy_lockout_safety_check", to=True),
            change("keys", KEY, "rotation_period_in_days", to=2560),
            drop("keys", 'aws_kms_alias.this["logs"]'),
            change("secrets", SECRET, "recovery_window_in_days", to=0),
            change("database", "aws_secretsmanager_secret.master[0]", "recovery_window_in_days", to=0),
            change("secrets", SECRET, "recovery_window_in_days", to=15),
            change("keys", KEY, "deletion_window_in_days", to=15),
        ),
        harmless=(
            delete("secrets", SECRET, "recovery_window_in_days"),
            delete("keys", KEY, "deletion_window_in_days"),
        ),
        unknown=forget("keys", KEY, "enable_key_rotation"),
    ),
    "TIER_AWS_026": Case(
        faults=(
            drop("secrets", VERSION),
            drop("database", "aws_secretsmanager_secret_version.master[0]"),
            drop("secrets", 'aws_secretsmanager_secret_policy.this["third-party"]'),
            change("secrets", "aws_secretsmanager_secret_policy.*", "policy", to=_policy({"Principal": {"AWS": "1"}})),
        ),
        harmless=(change("secrets", VERSION, "secret_string_wo_version", to=2),),
        unknown=forget("secrets", SECRET, "name"),
        decided_by_reference=True,
    ),
    "TIER_AWS_056": Case(
        faults=(
            delete("database", DATABASE, "db_name"),
            change("database", DATABASE, "iam_database_authentication_enabled", to=False),
            delete("database", READER, "iam_database_authentication_enabled"),
            delete("database", PARAMETERS, "parameter", {"name": "shared_preload_libraries"}, "apply_method"),
            *(delete("database", PARAMETERS, "parameter", {"name": name}) for name in PREPARED),
            change("database", PARAMETERS, "parameter", {"name": PREPARED[0]}, "value", to="600000"),
            change("database", PARAMETERS, "parameter", {"name": PREPARED[0]}, "value", to="30000"),
            change("database", PARAMETERS, "parameter", {"name": "log_connections"}, "value", to="0"),
            change("database", PARAMETERS, "parameter", {"name": "log_min_duration_statement"}, "value", to="-1"),
            change("database", PARAMETERS, "parameter", {"name": "log_min_duration_statement"}, "value", to="5000"),
            change("database", PARAMETERS, "parameter", {"name": "log_min_duration_statement"}, "value", to="250"),
        ),
        harmless=(
            change("database", PARAMETERS, "parameter", {"name": "log_min_duration_statement"}, "value", to="1000"),
        ),
        unknown=forget("database", PARAMETERS, "parameter", {"name": "log_connections"}, "value"),
    ),
    "TIER_AWS_064": Case(
        faults=(
            change("database", DATABASE, "backup_retention_period", to=7),
            change("database", DATABASE, "backup_retention_period", to=0),
            change("database", DATABASE, "backup_retention_period", to=140),
            delete("database", DATABASE, "backup_retention_period"),
            change("database", DATABASE, "skip_final_snapshot", to=True),
            delete("database", DATABASE, "final_snapshot_identifier"),
            change("database", DATABASE, "delete_automated_backups", to=True),
            delete("database", DATABASE, "delete_automated_backups"),
            change("database", DATABASE, "copy_tags_to_snapshot", to=False),
            delete("database", READER, "copy_tags_to_snapshot"),
            change("database", READER, "skip_final_snapshot", to=False),
        ),
        harmless=(
            change("database", DATABASE, "backup_retention_period", to=35),
            change("database", READER, "skip_final_snapshot", to=True),
        ),
        unknown=forget("database", DATABASE, "backup_retention_period"),
    ),
    "TIER_AWS_065": Case(
        faults=(
            change("database", DATABASE, "password", to="hunter2"),
            _random("database", DATABASE, "password"),
            _constant("database", DATABASE, "password_wo"),
            delete("database", DATABASE, "password_wo_version"),
            _without("database", DATABASE, "password_wo"),
            change("secrets", VERSION, "secret_string", to="hunter2"),
            _random("secrets", VERSION, "secret_string"),
            change("database", "aws_secretsmanager_secret_version.master[0]", "secret_binary", to="aHVudGVyMg=="),
            _constant("secrets", "aws_secretsmanager_secret_version.this", "secret_string_wo"),
            delete("secrets", VERSION, "secret_string_wo_version"),
            change("cache", CACHE, "auth_token", to="hunter2hunter2hunter2"),
            change("cache", USER, "authentication_mode", 0, "passwords", to=["hunter2hunter2hunter2"]),
        ),
        harmless=(
            _all(
                "RDS manages the password",
                change("database", DATABASE, "manage_master_user_password", to=True),
                delete("database", DATABASE, "password_wo_version"),
            ),
        ),
        unknown=forget("database", DATABASE, "password_wo_version"),
    ),
    "TIER_AWS_066": Case(
        faults=(
            change("database", DATABASE, "enabled_cloudwatch_logs_exports", to=["upgrade"]),
            change("database", READER, "enabled_cloudwatch_logs_exports", to=["postgresql"]),
            delete("database", DATABASE, "enabled_cloudwatch_logs_exports"),
            change("database", DATABASE, "performance_insights_enabled", to=False),
            change("database", DATABASE, "performance_insights_retention_period", to=731),
            change("database", READER, "monitoring_interval", to=0),
            delete("database", DATABASE, "monitoring_interval"),
            delete("database", DATABASE, "monitoring_role_arn"),
            drop("database", "aws_iam_role_policy_attachment.monitoring[0]"),
            change(
                "database",
                "aws_iam_role_policy_attachment.monitoring[0]",
                "policy_arn",
                to="arn:aws:iam::aws:policy/ReadOnlyAccess",
            ),
            change(
                "database",
                "aws_iam_role.monitoring[0]",
                "assume_role_policy",
                to=_policy({"Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}),
            ),
        ),
        harmless=(change("database", DATABASE, "monitoring_interval", to=15),),
        unknown=forget("database", DATABASE, "monitoring_interval"),
    ),
    "TIER_AWS_067": Case(
        faults=(
            change("database", DATABASE, "auto_minor_version_upgrade", to=False),
            change("cache", CACHE, "auto_minor_version_upgrade", to="false"),
            change("database", READER, "apply_immediately", to=True),
            change("cache", CACHE, "apply_immediately", to=True),
            change("database", DATABASE, "allow_major_version_upgrade", to=True),
            change("database", DATABASE, "ca_cert_identifier", to="rds-ca-2019"),
            change("database", DATABASE, "engine_version", to="12"),
            change("database", DATABASE, "engine_version", to="17"),
            delete("cache", CACHE, "engine_version"),
            change("cache", CACHE, "engine_version", to="5.0.6"),
            delete("database", READER, "parameter_group_name"),
            change("cache", CACHE, "parameter_group_name", to="default.redis7"),
            change("database", DATABASE, "backup_window", to="03:00-04:00"),
            change("database", DATABASE, "maintenance_window", to="sat:23:30-sun:02:30"),
            change("cache", CACHE, "maintenance_window", to="sun:03:00-sun:03:30"),
        ),
        harmless=(
            change("database", DATABASE, "engine_version", to="16.4"),
            change("database", DATABASE, "backup_window", to="23:30-00:30"),
            delete("cache", CACHE, "snapshot_window"),
        ),
        unknown=forget("cache", CACHE, "maintenance_window"),
    ),
    "TIER_AWS_068": Case(
        faults=(
            change("database", DATABASE, "storage_type", to="gp2"),
            change("database", READER, "storage_type", to="io2"),
            delete("database", DATABASE, "storage_type"),
            change("database", DATABASE, "allocated_storage", to=500),
            change("database", DATABASE, "allocated_storage", to=10),
            change("database", READER, "max_allocated_storage", to=400),
            change("database", DATABASE, "max_allocated_storage", to=0),
            delete("database", READER, "max_allocated_storage"),
            change("database", READER, "max_allocated_storage", to=50),
            change("database", DATABASE, "max_allocated_storage", to=50),
            change("database", DATABASE, "max_allocated_storage", to=5000),
            change("database", DATABASE, "iops", to=30000),
            change("database", DATABASE, "storage_throughput", to=1000),
            change("database", DATABASE, "dedicated_log_volume", to=True),
        ),
        harmless=(
            change("database", DATABASE, "allocated_storage", to=60),
            change("database", DATABASE, "iops", to=3000),
        ),
        unknown=forget("database", DATABASE, "max_allocated_storage"),
    ),
    "TIER_AWS_069": Case(
        faults=(
            change("database", DATABASE, "instance_class", to="db.r6g.16xlarge"),
            change("database", DATABASE, "instance_class", to="db.t4g.micro"),
            change("database", READER, "instance_class", to="db.t4g.2xlarge"),
            delete("database", DATABASE, "instance_class"),
            change("cache", CACHE, "node_type", to="cache.r7g.large"),
            change("cache", CACHE, "node_type", to="cache.t2.micro"),
            delete("cache", CACHE, "node_type"),
        ),
        harmless=(
            change("database", DATABASE, "instance_class", to="db.t3.large"),
            change("cache", CACHE, "node_type", to="cache.t3.small"),
        ),
        unknown=forget("database", DATABASE, "instance_class"),
    ),
    "TIER_AWS_070": Case(
        faults=(
            drop("database", READER),
            change("database", READER, "replicate_source_db", to="another"),
            change("database", READER, "instance_class", to="db.t4g.medium"),
            delete("database", READER, "replicate_source_db"),
            change("database", READER, "availability_zone", to="us-east-1a"),
            change("database", READER, "iam_database_authentication_enabled", to=False),
            _all(
                "both in one zone",
                change("database", DATABASE, "availability_zone", to="us-east-1a"),
                change("database", READER, "availability_zone", to="us-east-1a"),
            ),
        ),
        harmless=(
            _all(
                "in two zones",
                change("database", DATABASE, "availability_zone", to="us-east-1a"),
                change("database", READER, "availability_zone", to="us-east-1b"),
            ),
            change("database", READER, "instance_class", to="db.m7g.large"),
        ),
        unknown=forget("database", READER, "instance_class"),
    ),
    "TIER_AWS_071": Case(
        faults=(
            change("cache", CACHE, "num_cache_clusters", to=1),
            change("cache", CACHE, "num_cache_clusters", to=2),
            change("cache", CACHE, "num_cache_clusters", to=30),
            delete("cache", CACHE, "num_cache_clusters"),
            change("cache", CACHE, "automatic_failover_enabled", to=False),
            delete("cache", CACHE, "automatic_failover_enabled"),
            change("cache", CACHE, "multi_az_enabled", to=False),
            change("cache", CACHE, "preferred_cache_cluster_azs", to=["us-east-1a", "us-east-1a", "us-east-1a"]),
            change("cache", CACHE, "snapshot_retention_limit", to=0),
            change("cache", CACHE, "snapshot_retention_limit", to=1),
            change("cache", CACHE, "snapshot_retention_limit", to=140),
            delete("cache", CACHE, "snapshot_retention_limit"),
            change("cache", CACHE, "num_node_groups", to=10),
        ),
        harmless=(
            change("cache", CACHE, "num_cache_clusters", to=4),
            change("cache", CACHE, "snapshot_retention_limit", to=30),
        ),
        unknown=forget("cache", CACHE, "num_cache_clusters"),
    ),
    "TIER_AWS_072": Case(
        faults=(
            change("cache", CACHE, "transit_encryption_enabled", to=False),
            delete("cache", CACHE, "transit_encryption_enabled"),
            change("cache", CACHE, "transit_encryption_mode", to="preferred"),
            delete("cache", CACHE, "user_group_ids"),
            change("cache", DEFAULT, "access_string", to="on ~* +@all"),
            change("cache", DEFAULT, "access_string", to="off -@all on"),
            change("cache", USER, "authentication_mode", 0, "type", to="no-password-required"),
            change("cache", USER, "no_password_required", to=True),
            change("cache", USER, "access_string", to="on ~* +@all"),
            change("cache", USER, "access_string", to="on ~* -@all +@connection +@read +@write -@admin"),
            change("cache", "aws_elasticache_user_group.this", "user_ids", to=["campshub360-app", "default"]),
            change("cache", "aws_elasticache_user_group.this", "user_ids", to=[]),
            change("cache", "aws_elasticache_user_group.this", "user_ids", to=["campshub360-default"]),
            change("cache", "aws_elasticache_user_group.this", "user_ids", to=["campshub360-app"]),
            change("cache", DEFAULT, "no_password_required", to=True),
        ),
        harmless=(
            delete("cache", CACHE, "transit_encryption_mode"),
            change("cache", USER, "access_string", to="on ~app:* -@all +get +set +del"),
        ),
        unknown=forget("cache", USER, "access_string"),
    ),
    "TIER_AWS_073": Case(
        faults=(
            change("cache", "aws_elasticache_parameter_group.this", "parameter", 0, "value", to="noeviction"),
            change("cache", "aws_elasticache_parameter_group.this", "parameter", 0, "value", to="allkeys-random"),
            delete("cache", CACHE, "log_delivery_configuration", {"log_type": "slow-log"}),
            delete("cache", CACHE, "log_delivery_configuration", {"log_type": "engine-log"}),
            change("cache", CACHE, "log_delivery_configuration", to=[]),
            change(
                "cache",
                "aws_elasticache_parameter_group.this",
                "parameter",
                to=[{"name": "reserved-memory-percent", "value": "0"}],
            ),
        ),
        harmless=(
            change("cache", "aws_elasticache_parameter_group.this", "parameter", 0, "value", to="allkeys-lfu"),
            change("cache", "aws_elasticache_parameter_group.this", "parameter", to=[]),
        ),
        unknown=forget("cache", "aws_elasticache_parameter_group.this", "parameter", 0, "value"),
    ),
    "TIER_AWS_074": Case(
        faults=(
            drop("storage", BLOCK.format("backups")),
            change("storage", BLOCK.format("media"), "block_public_acls", to=False),
            change("storage", BLOCK.format("static"), "block_public_policy", to=False),
            change("storage", BLOCK.format("logs"), "ignore_public_acls", to=False),
            delete("storage", BLOCK.format("backups"), "restrict_public_buckets"),
            change("storage", BLOCK.format("media"), "bucket", to="another"),
            drop("storage", OWNERSHIP.format("media")),
            change("storage", OWNERSHIP.format("logs"), "rule", 0, "object_ownership", to="ObjectWriter"),
            change("storage", BUCKET.format("static"), "acl", to="public-read"),
            change("storage", CORS, "cors_rule", 0, "allowed_origins", to=["*"]),
            change("storage", CORS, "cors_rule", 0, "allowed_origins", to=["http://campshub360.example.com"]),
            drop("storage", CORS),
        ),
        harmless=(change("storage", BUCKET.format("static"), "acl", to="private"),),
        unknown=forget("storage", BLOCK.format("media"), "block_public_policy"),
    ),
    "TIER_AWS_075": Case(
        faults=(
            change("storage", BUCKET.format("backups"), "force_destroy", to=True),
            change("storage", VERSIONING.format("backups"), "versioning_configuration", 0, "status", to="Suspended"),
            drop("storage", VERSIONING.format("media")),
            drop("storage", LIFECYCLE.format("static")),
            delete("storage", LIFECYCLE.format("logs"), "rule", {"id": "abort-multipart-uploads"}),
            delete("storage", LIFECYCLE.format("backups"), "rule", {"id": "expire-noncurrent-versions"}),
            change("storage", LIFECYCLE.format("backups"), *VERSIONS_RULE, to=1),
            change("storage", LIFECYCLE.format("media"), *VERSIONS_RULE, to=3000),
            change(
                "storage", LIFECYCLE.format("media"), "rule", {"id": "abort-multipart-uploads"}, "status", to="Disabled"
            ),
            change(
                "storage",
                LIFECYCLE.format("media"),
                "rule",
                {"id": "abort-multipart-uploads"},
                "filter",
                0,
                "prefix",
                to="tmp/",
            ),
            change("storage", LIFECYCLE.format("logs"), "rule", {"id": "expire"}, "expiration", 0, "days", to=1),
            change("storage", BUCKET.format("backups"), "object_lock_enabled", to=True),
            change("storage", LIFECYCLE.format("media"), *UPLOADS_RULE, to=3),
            change("storage", LIFECYCLE.format("static"), *UPLOADS_RULE, to=70),
            change("storage", LIFECYCLE.format("backups"), "rule", {"id": "transition"}, "status", to="Disabled"),
            change("storage", LIFECYCLE.format("media"), *VERSIONS_RULE, to=300),
            delete(
                "storage", LIFECYCLE.format("static"), "rule", {"id": "expire-noncurrent-versions"}, "expiration", 0
            ),
            delete("storage", LIFECYCLE.format("backups"), "rule", {"id": "transition"}, "transition", 0),
            delete("storage", LIFECYCLE.format("backups"), "rule", {"id": "transition"}, "transition", 1),
            change(
                "storage", LIFECYCLE.format("backups"), "rule", {"id": "transition"}, "transition", 1, "days", to=900
            ),
        ),
        harmless=(
            change("storage", LIFECYCLE.format("media"), *VERSIONS_RULE, to=90),
            change("storage", LIFECYCLE.format("media"), *UPLOADS_RULE, to=14),
        ),
        unknown=forget("storage", VERSIONING.format("media"), "versioning_configuration", 0, "status"),
    ),
    "TIER_AWS_076": Case(
        faults=(
            drop("storage", ENCRYPTION.format("static")),
            change("storage", ENCRYPTION.format("media"), *DEFAULTS, "sse_algorithm", to="AES256"),
            change("storage", ENCRYPTION.format("backups"), *DEFAULTS, "sse_algorithm", to="AES256"),
            change("storage", ENCRYPTION.format("backups"), *DEFAULTS, "kms_master_key_id", to=""),
            delete("storage", ENCRYPTION.format("media"), *DEFAULTS, "kms_master_key_id"),
            change("storage", ENCRYPTION.format("media"), *DEFAULTS, "kms_master_key_id", to="alias/aws/s3"),
            change("storage", ENCRYPTION.format("media"), "rule", 0, "bucket_key_enabled", to=False),
            change("storage", ENCRYPTION.format("media"), "bucket", to="another"),
            _all(
                "the bucket of logs has our key",
                change("storage", ENCRYPTION.format("logs"), *DEFAULTS, "sse_algorithm", to="aws:kms"),
                change("storage", ENCRYPTION.format("logs"), *DEFAULTS, "kms_master_key_id", to="arn:aws:kms:::key/1"),
                change("storage", ENCRYPTION.format("logs"), "rule", 0, "bucket_key_enabled", to=True),
            ),
        ),
        harmless=(
            change("storage", ENCRYPTION.format("media"), *DEFAULTS, "sse_algorithm", to="aws:kms:dsse"),
            change("storage", ENCRYPTION.format("media"), *DEFAULTS, "kms_master_key_id", to="arn:aws:kms:::key/1"),
        ),
        unknown=forget("storage", ENCRYPTION.format("media"), *DEFAULTS, "sse_algorithm"),
    ),
    "TIER_AWS_077": Case(
        faults=(
            drop("storage", LOGGING.format("media")),
            drop("storage", LOGGING.format("*")),
            change("storage", LOGGING.format("media"), "bucket", to="another"),
            change("storage", LOGGING.format("media"), "target_bucket", to="campshub360-media-123456789012-us-east-1"),
            change(
                "storage", LOGGING.format("media"), "target_bucket", to="campshub360-backups-123456789012-us-east-1"
            ),
            change("storage", LOGGING.format("media"), "target_prefix", to="elsewhere/"),
            drop("storage", LOGS),
            change("storage", LOGS, "policy", to=_policy({"Principal": {"Service": "delivery.logs.amazonaws.com"}})),
            delete("storage", LIFECYCLE.format("logs"), "rule", {"id": "expire"}),
            change("storage", LIFECYCLE.format("logs"), "rule", {"id": "expire"}, "expiration", 0, "days", to=3650),
            change("storage", LIFECYCLE.format("logs"), "rule", {"id": "expire"}, "expiration", 0, "days", to=180),
        ),
        harmless=(
            change("storage", LOGGING.format("media"), "target_prefix", to="s3/media/2026/"),
            change("storage", LIFECYCLE.format("logs"), "rule", {"id": "expire"}, "expiration", 0, "days", to=400),
        ),
        unknown=forget("storage", LIFECYCLE.format("logs"), "rule", {"id": "expire"}, "expiration", 0, "days"),
    ),
    "TIER_AWS_078": Case(
        faults=(
            change("storage", LOGS, "policy", to=_policy({"Principal": "*"})),
            change(
                "storage",
                'aws_s3_bucket_policy.cloudfront["media"]',
                "policy",
                to=_policy({"Principal": {"AWS": "*"}, "Condition": {"Bool": {"aws:SecureTransport": "true"}}}),
            ),
            change(
                "storage",
                'aws_s3_bucket_policy.cloudfront["static"]',
                "policy",
                to=_policy({"Principal": {"Service": "cloudfront.amazonaws.com"}}),
            ),
            change("storage", LOGS, "policy", to=_policy({"NotPrincipal": {"AWS": "arn:aws:iam::123456789012:root"}})),
            change("keys", KEY, "policy", to=_policy({"Principal": {"AWS": ["*"]}, "Action": "kms:Decrypt"})),
            change(
                "keys",
                'aws_kms_key.this["logs"]',
                "policy",
                to=_policy({"Principal": {"Service": "sns.amazonaws.com"}, "Action": ["kms:Decrypt"]}),
            ),
            change(
                "keys",
                KEY,
                "policy",
                to=_policy(
                    {
                        "Principal": {"Service": "sns.amazonaws.com"},
                        "Action": "kms:*",
                        "Condition": {"StringEquals": {"aws:SourceAccount": "123456789012"}},
                    }
                ),
            ),
            change(
                "secrets",
                "aws_secretsmanager_secret_policy.*",
                "policy",
                to=_policy(
                    {
                        "Principal": "*",
                        "Action": "secretsmanager:GetSecretValue",
                        "Condition": {"StringNotEquals": {"aws:PrincipalAccount": "123456789012"}},
                    }
                ),
            ),
            change("secrets", "aws_secretsmanager_secret_policy.*", "block_public_policy", to=False),
            change("keys", KEY, "policy", to=None),
            change(
                "storage",
                LOGS,
                "policy",
                to=_policy({"Principal": "*", "Condition": {"StringEquals": {"aws:PrincipalOrgID": "o-1"}}}),
            ),
        ),
        harmless=(change("keys", KEY, "policy", to=_policy({"Principal": {"AWS": "arn:aws:iam::123456789012:root"}})),),
        unknown=_all(
            "the policy comes from a local",
            forget("keys", KEY, "policy"),
            rewire("keys", "aws_kms_key.this", "policy", "data.aws_iam_policy_document.this", "local.policy"),
        ),
    ),
    "TIER_AWS_079": Case(
        faults=(
            _destroyed("database", DATABASE, "delete"),
            _destroyed("database", DATABASE, "delete", "create"),
            _destroyed("cache", CACHE, "create", "delete"),
            _destroyed("storage", BUCKET.format("backups"), "delete"),
            _destroyed("keys", KEY, "delete"),
            _destroyed("secrets", SECRET, "delete", "create"),
            _destroyed("dns", "aws_route53_zone.this*", "delete"),
            _destroyed("web", "aws_cloudwatch_log_group.this", "delete", "create"),
            _destroyed("web", "aws_cloudwatch_log_group.this", "delete", "create", skip_destroy=True),
        ),
        harmless=(
            _destroyed("database", READER, "delete"),
            _destroyed("database", DATABASE, "update"),
            _destroyed("web", "aws_cloudwatch_log_group.this", "delete", skip_destroy=True),
            _destroyed("balancer", "aws_lb.this", "delete"),
        ),
        why_no_unknown="What is destroyed exists already: its values are those of before.",
    ),
}
