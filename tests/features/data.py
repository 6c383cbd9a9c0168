"""Rows: database, read replicas, cache, files, secrets."""

from __future__ import annotations

from tests.features.mutation import change, drop, redirect
from tests.features.reading import Reading
from tests.features.row import Row, Tier

DATABASE = "aws_db_instance.this"
REPLICA = 'aws_db_instance.replica["reader"]'
CACHE = "aws_elasticache_replication_group.this"
LAG = 'aws_cloudwatch_metric_alarm.this["database-replica-lag-reader"]'
CORS = 'aws_s3_bucket_cors_configuration.this["media"]'
MASTER = "aws_secretsmanager_secret.master[0]"

database = Row("RDS PostgreSQL: primary database")


@database.proves(change("database", DATABASE, "engine", to="mysql"))
def postgresql(reading: Reading, tier: Tier) -> None:
    assert reading.one("database", DATABASE)["engine"] == "postgres"


@database.proves(change("database", DATABASE, "instance_class", to="db.t3.small"))
def of_the_tiers_class(reading: Reading, tier: Tier) -> None:
    assert reading.one("database", DATABASE)["instance_class"] == tier.database_class


@database.proves(
    change("database", DATABASE, "storage_type", to="gp2"),
    change("database", DATABASE, "max_allocated_storage", to=50),
)
def on_gp3_that_grows(reading: Reading, tier: Tier) -> None:
    primary = reading.one("database", DATABASE)
    assert (primary["storage_type"], primary["allocated_storage"]) == ("gp3", 50)
    assert primary["max_allocated_storage"] > primary["allocated_storage"]


@database.proves(
    change("database", DATABASE, "storage_encrypted", to=False),
    redirect("database", "kms_key_arn", 'module.keys.key_arns["data"]'),
)
def encrypted_with_a_key_of_ours(reading: Reading, tier: Tier) -> None:
    assert reading.one("database", DATABASE)["storage_encrypted"] is True
    assert 'module.keys.key_arns["data"]' in reading.references("database", "kms_key_arn")


replicas = Row("RDS PostgreSQL: read replicas", absent={"tier1": "tier 1 as given has none"})


@replicas.proves(
    drop("database", REPLICA),
    change("database", REPLICA, "replicate_source_db", to=None),
    change("database", REPLICA, "instance_class", to="db.t4g.micro"),
    only="tier2",
)
def a_reader_of_the_primary(reading: Reading, tier: Tier) -> None:
    replica = reading.one("database", REPLICA)
    assert replica["replicate_source_db"] == reading.one("database", DATABASE)["identifier"]
    assert replica["instance_class"] == tier.database_class, "a standby takes as many connections as its primary"


@replicas.proves(change("database", REPLICA, "storage_encrypted", to=False), only="tier2")
def encrypted_like_it(reading: Reading, tier: Tier) -> None:
    assert reading.one("database", REPLICA)["storage_encrypted"] is True


@replicas.proves(change("database", REPLICA, "parameter_group_name", to="default.postgres16"), only="tier2")
def with_its_settings(reading: Reading, tier: Tier) -> None:
    assert reading.one("database", REPLICA)["parameter_group_name"] == "campshub360-postgres16"


@replicas.proves(drop("monitoring", LAG), change("monitoring", LAG, "metric_name", to="CPUUtilization"), only="tier2")
def its_lag_rings(reading: Reading, tier: Tier) -> None:
    assert reading.one("monitoring", LAG)["metric_name"] == "ReplicaLag"


cache = Row("ElastiCache Redis: sessions and JWT, query cache, API rate limiting")


@cache.proves(change("cache", CACHE, "engine", to="memcached"))
def redis(reading: Reading, tier: Tier) -> None:
    assert reading.one("cache", CACHE)["engine"] == "redis"


@cache.proves(
    change("cache", CACHE, "node_type", to="cache.t2.micro"), change("cache", CACHE, "num_cache_clusters", to=1)
)
def of_the_tiers_nodes(reading: Reading, tier: Tier) -> None:
    group = reading.one("cache", CACHE)
    assert (group["node_type"], group["num_cache_clusters"]) == (tier.cache_class, tier.cache_nodes)


@cache.proves(
    change("cache", "aws_elasticache_parameter_group.this", "parameter", {"name": "maxmemory-policy"}, "value", to="noeviction")
)  # fmt: skip
def makes_room_among_what_expires(reading: Reading, tier: Tier) -> None:
    parameters = reading.one("cache", "aws_elasticache_parameter_group.this")["parameter"]
    assert {item["name"]: item["value"] for item in parameters}["maxmemory-policy"] == "volatile-lru"


@cache.proves(
    change("cache", "aws_elasticache_user.app", "authentication_mode", 0, "type", to="password"),
    change("cache", "aws_elasticache_user.default", "access_string", to="on ~* +@all"),
    redirect("web", "connect", "module.cache.user_arn"),
)
def tasks_sign_in_with_iam(reading: Reading, tier: Tier) -> None:
    assert [item["type"] for item in reading.one("cache", "aws_elasticache_user.app")["authentication_mode"]] == ["iam"]
    assert reading.one("cache", "aws_elasticache_user.default")["access_string"] == "off -@all"
    assert {"module.cache.arn", "module.cache.user_arn"} <= reading.references("web", "connect")


@cache.proves(change("cache", CACHE, "at_rest_encryption_enabled", to="false"))
def encrypted_at_rest(reading: Reading, tier: Tier) -> None:
    assert reading.one("cache", CACHE)["at_rest_encryption_enabled"] == "true"


storage = Row("S3: photos, assignments, reports, certificates, documents, static assets, backups and archives")


SIDES = ("block_public_acls", "block_public_policy", "ignore_public_acls", "restrict_public_buckets")
ALGORITHM = ("rule", 0, "apply_server_side_encryption_by_default", 0, "sse_algorithm")


def _bucket(key: str, what: str, algorithm: str) -> None:
    bucket = f'aws_s3_bucket.this["{key}"]'
    block = f'aws_s3_bucket_public_access_block.this["{key}"]'
    encryption = f'aws_s3_bucket_server_side_encryption_configuration.this["{key}"]'

    @storage.proves(drop("storage", bucket), change("storage", bucket, "bucket", to="other"), name=f"{key}: {what}")
    def there(reading: Reading, tier: Tier) -> None:
        assert reading.one("storage", bucket)["bucket"].startswith(f"campshub360-{key}-")

    @storage.proves(
        drop("storage", block),
        *(change("storage", block, side, to=False) for side in SIDES),
        name=f"{key}: closed to the public",
    )
    def closed(reading: Reading, tier: Tier) -> None:
        assert [reading.one("storage", block)[side] for side in SIDES] == [True] * 4

    @storage.proves(
        drop("storage", encryption), change("storage", encryption, *ALGORITHM, to="none"), name=f"{key}: encrypted"
    )
    def encrypted(reading: Reading, tier: Tier) -> None:
        [default] = reading.one("storage", encryption)["rule"][0]["apply_server_side_encryption_by_default"]
        assert default["sse_algorithm"] == algorithm


_bucket("media", "photos, assignments, reports, certificates, documents", "aws:kms")
_bucket("static", "static assets", "AES256")
_bucket("backups", "backup storage", "aws:kms")
_bucket("logs", "access logs", "AES256")


@storage.proves(
    change("storage", 'aws_s3_bucket_lifecycle_configuration.this["backups"]', "rule", {"id": "transition"}, "transition", to=[])
)  # fmt: skip
def archives(reading: Reading, tier: Tier) -> None:
    rules = reading.one("storage", 'aws_s3_bucket_lifecycle_configuration.this["backups"]')["rule"]
    assert "GLACIER" in {item["storage_class"] for rule in rules for item in rule["transition"]}


@storage.proves(
    *(redirect("web", "bucket_access", f'module.storage.bucket_arns["{it}"]') for it in ("media", "static"))
)
def tasks_read_and_write_them(reading: Reading, tier: Tier) -> None:
    assert {f'module.storage.bucket_arns["{it}"]' for it in ("media", "static")} <= reading.references(
        "web", "bucket_access"
    )


@storage.proves(drop("storage", CORS), change("storage", CORS, "cors_rule", "*", "allowed_origins", to=["*"]))
def browsers_upload_to_media(reading: Reading, tier: Tier) -> None:
    [rule] = reading.one("storage", CORS)["cors_rule"]
    assert rule["allowed_origins"] == ["https://campshub360.example.com"]


secrets = Row("Secrets Manager: database password, JWT and encryption keys, third-party credentials")


def _secret(key: str, generated: bool) -> None:
    address, version = f'aws_secretsmanager_secret.this["{key}"]', f'aws_secretsmanager_secret_version.this["{key}"]'
    value = (drop("secrets", version), change("secrets", version, "secret_string_wo_version", to=None))

    @secrets.proves(
        drop("secrets", address),
        change("secrets", address, "recovery_window_in_days", to=0),
        *(value if generated else ()),
        name=key,
    )
    def kept(reading: Reading, tier: Tier) -> None:
        secret = reading.one("secrets", address)
        assert (secret["name"], secret["recovery_window_in_days"]) == (f"campshub360/{key}", 30)
        if generated:
            assert reading.one("secrets", version)["secret_string_wo_version"] == 1


_secret("django-secret-key", generated=True)
_secret("jwt-signing-key", generated=True)
_secret("field-encryption-key", generated=True)
_secret("third-party", generated=False)


@secrets.proves(
    drop("database", MASTER),
    change("database", MASTER, "recovery_window_in_days", to=0),
    drop("database", "aws_secretsmanager_secret_version.master[0]"),
    change("database", DATABASE, "password_wo_version", to=None),
)
def the_database_password(reading: Reading, tier: Tier) -> None:
    assert reading.one("database", MASTER)["recovery_window_in_days"] == 30
    version = reading.one("database", "aws_secretsmanager_secret_version.master[0]")["secret_string_wo_version"]
    assert version == reading.one("database", DATABASE)["password_wo_version"] == 1


@secrets.proves(
    change("database", DATABASE, "password", to="example"),
    change("secrets", 'aws_secretsmanager_secret_version.this["jwt-signing-key"]', "secret_string", to="example"),
)
def no_value_in_plan_or_state(reading: Reading, tier: Tier) -> None:
    versions = reading.every("aws_secretsmanager_secret_version").values()
    assert {(item["secret_string"], item["secret_string_wo"]) for item in versions} == {(None, None)}
    assert {item["password"] for item in reading.some("database", "aws_db_instance")} == {None}


@secrets.proves(
    redirect("secrets", "kms_key_arn", 'module.keys.key_arns["data"]'),
    change("keys", 'aws_kms_key.this["data"]', "enable_key_rotation", to=False),
)
def under_a_key_that_is_rotated(reading: Reading, tier: Tier) -> None:
    assert 'module.keys.key_arns["data"]' in reading.references("secrets", "kms_key_arn")
    assert reading.one("keys", 'aws_kms_key.this["data"]')["enable_key_rotation"] is True


@secrets.proves(
    change("secrets", 'aws_secretsmanager_secret_policy.this["jwt-signing-key"]', "block_public_policy", to=False)
)
def never_open_to_others(reading: Reading, tier: Tier) -> None:
    policies = reading.some("secrets", "aws_secretsmanager_secret_policy")
    assert {item["block_public_policy"] for item in policies} == {True}
