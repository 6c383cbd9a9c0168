"""What holds data is encrypted with a key of our own."""

import re
from collections.abc import Iterator

from generator.policy import Fault, Resource, Severity, known, policy, rejected

# The switch of the encryption, if there is one, and the argument that names the key.
STORES = {
    "aws_db_instance": ("storage_encrypted", "kms_key_id"),
    "aws_rds_cluster": ("storage_encrypted", "kms_key_id"),
    "aws_rds_cluster_instance": ("", ""),
    "aws_docdb_cluster": ("storage_encrypted", "kms_key_id"),
    "aws_neptune_cluster": ("storage_encrypted", "kms_key_arn"),
    "aws_elasticache_replication_group": ("at_rest_encryption_enabled", "kms_key_id"),
    "aws_elasticache_serverless_cache": ("", "kms_key_id"),
    "aws_secretsmanager_secret": ("", "kms_key_id"),
    "aws_efs_file_system": ("encrypted", "kms_key_id"),
    "aws_ebs_volume": ("encrypted", "kms_key_id"),
    "aws_backup_vault": ("", "kms_key_arn"),
}
# What a database keeps besides its storage: the statements it ran, the password that RDS manages.
BESIDE = {
    "performance_insights_enabled": "performance_insights_kms_key_id",
    "manage_master_user_password": "master_user_secret_kms_key_id",
}
KEYS = ("aws_kms_key", "aws_kms_alias", "aws_kms_replica_key", "aws_kms_external_key")
NOT_OURS = "it is encrypted with the key that AWS makes for the account, not with one of ours"


@policy(
    id="TIER_AWS_060",
    title="What holds data is encrypted with a key of our own",
    severity=Severity.HIGH,
    why="Unencrypted data can be read from a copied disk; one cannot restrict, watch or revoke a key of AWS.",
    remedy="switch the encryption on and set the KMS key argument to an `aws_kms_key` of ours",
    source="https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/Overview.Encryption.html",
    resources=list(STORES),
    unknown=rejected("a key is a reference to one that the plan has; the encryption is a literal of the blueprint"),
)
def encrypted(store: Resource) -> Iterator[Fault]:
    """Refuse a store that is not encrypted, or with a key that is not ours."""
    switch, key = STORES[store.type]
    if switch and not _on(store, switch):
        yield Fault("it is not encrypted", switch)
    elif key and not _inherits(store, key):
        yield from _key(store, key)
    for feature, argument in BESIDE.items():
        if store[feature]:
            yield from _key(store, argument)


def _on(store: Resource, switch: str) -> bool:
    """Say whether the encryption is on; ElastiCache writes its switch as text, and Valkey has it on by itself."""
    value = store[switch]
    if known(value) and value is None:
        return store.type == "aws_elasticache_replication_group" and store["engine"] == "valkey"
    return value in (True, "true")


def _inherits(store: Resource, key: str) -> bool:
    """Say whether a replica takes its source's key, as it does in the same region."""
    source = store["replicate_source_db"]
    return bool(not known(source) or source) and not _written(store, key)


def _key(store: Resource, argument: str) -> Iterator[Fault]:
    """Ask for a key of ours: by reference, or by a value that is known."""
    value = store[argument]
    keys = [found for found in store.refers_to(argument) if found.type in KEYS]
    if any(_of_aws(found[name]) for found in keys for name in ("name", "key_id")):
        yield Fault(NOT_OURS, argument)
    elif not known(value) and not keys and _written(store, argument):
        value.get()
    elif (not known(value) and not keys) or (known(value) and (not value or _of_aws(value))):
        yield Fault(NOT_OURS, argument)


def _of_aws(name: object) -> bool:
    """Say whether a name or ARN is that of one of the account's keys that AWS makes."""
    return known(name) and isinstance(name, str) and re.search(r"(^|:)alias/aws/", name) is not None


def _written(store: Resource, argument: str) -> bool:
    """Say whether the configuration has the argument; what it leaves out is computed. A plan may come without it."""
    return argument in store.expressions or not store.expressions
