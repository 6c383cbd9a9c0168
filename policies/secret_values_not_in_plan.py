"""Passwords and secret values pass through neither the configuration nor the plan and its state."""

from collections.abc import Iterator

from generator.policy import Fault, Resource, Severity, known, policy, rejected

# Databases: the argument that ends in the state, the one that AWS manages, the write-only one. The last has a version.
PASSWORDS = {
    "aws_db_instance": ("password", "manage_master_user_password", "password_wo"),
    "aws_rds_cluster": ("master_password", "manage_master_user_password", "master_password_wo"),
    "aws_docdb_cluster": ("master_password", "manage_master_user_password", "master_password_wo"),
    "aws_redshift_cluster": ("master_password", "manage_master_password", "master_password_wo"),
}
# What takes its password from elsewhere: the source, the snapshot, the backup.
INHERITED = (
    "replicate_source_db", "replication_source_identifier", "snapshot_identifier", "restore_to_point_in_time",
    "global_cluster_identifier",
)  # fmt: skip


@policy(
    id="TIER_AWS_065",
    title="Passwords and secret values are in no configuration, plan or state",
    severity=Severity.CRITICAL,
    why="Who can read the state, a saved plan or the repository can then log in to the database.",
    remedy="let AWS manage the password (`manage_master_user_password`), or use the write-only one (`..._wo`) with "
    "an ephemeral value and a version",
    source="https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/rds-secrets-manager.html",
    resources=[
        *PASSWORDS, "aws_secretsmanager_secret_version", "aws_elasticache_replication_group", "aws_elasticache_user",
        "aws_ssm_parameter",
    ],
    unknown=rejected("whether a password is managed or write-only is written in the blueprint"),
)  # fmt: skip
def hidden(resource: Resource) -> Iterator[Fault]:
    """Refuse a value that ends in the state, and a database without a password that is kept well."""
    if resource.type in PASSWORDS:
        yield from _database(resource, *PASSWORDS[resource.type])
    elif resource.type == "aws_secretsmanager_secret_version":
        yield from _version(resource)
    elif resource.type == "aws_elasticache_replication_group":
        yield from _literal(resource["auth_token"], "auth_token")
    elif resource.type == "aws_elasticache_user":
        yield from _literal(resource["passwords"], "passwords")
        for index, mode in enumerate(resource.blocks("authentication_mode")):
            yield from _literal(mode.get("passwords"), f"authentication_mode[{index}].passwords")
    elif resource["type"] == "SecureString" and _set(resource["value"]):
        yield Fault("its value ends in the state", "value")


def _set(value: object) -> bool:
    """Say whether there is a value; one that only the apply will tell ends in the state as well."""
    return not known(value) or bool(value)


def _literal(value: object, attribute: str) -> Iterator[Fault]:
    """Refuse what is written out; for these there is no write-only argument, so that a reference must do."""
    values = value if isinstance(value, list) else [value]
    if any(known(item) and item for item in values):
        yield Fault("a password is written in clear", attribute)


def _constant(resource: Resource, argument: str) -> bool:
    """Say whether a write-only argument, whose value no plan shows, is written out in the configuration."""
    expression = resource.expressions.get(argument)
    return isinstance(expression, dict) and expression.get("constant_value") is not None


def _database(database: Resource, clear: str, managed: str, write_only: str) -> Iterator[Fault]:
    if _set(database[clear]):
        yield Fault("the password ends in the plan and in the state", clear)
        return
    if write_only in database.expressions and database[f"{write_only}_version"]:
        if _constant(database, write_only):
            yield Fault("the password is written in the configuration", write_only)
        return
    if any(_set(database[argument]) and argument in database.expressions for argument in INHERITED):
        return
    if not database[managed]:
        yield Fault("its password is neither managed by AWS nor write-only", managed)


def _version(version: Resource) -> Iterator[Fault]:
    """Judge the value of a secret: write-only, and with a version without which it could never change."""
    for argument in ("secret_string", "secret_binary"):
        if _set(version[argument]):
            yield Fault("the secret's value ends in the plan and in the state", argument)
            return
    if _constant(version, "secret_string_wo"):
        yield Fault("the secret's value is written in the configuration", "secret_string_wo")
    elif "secret_string_wo" not in version.expressions and version.expressions:
        yield Fault("it gives the secret no value", "secret_string_wo")
    elif not version["secret_string_wo_version"]:
        yield Fault("its write-only value has no version", "secret_string_wo_version")
