"""What has a deletion protection has it switched on."""

from collections.abc import Iterator

from generator.policy import Fault, Resource, Severity, known, policy, rejected

# Argument that protects, and the value that does; False where the argument is a force that must be off.
PROTECTIONS = {
    "aws_lb": ("enable_deletion_protection", True),
    "aws_alb": ("enable_deletion_protection", True),
    "aws_db_instance": ("deletion_protection", True),
    "aws_rds_cluster": ("deletion_protection", True),
    "aws_rds_global_cluster": ("deletion_protection", True),
    "aws_docdb_cluster": ("deletion_protection", True),
    "aws_neptune_cluster": ("deletion_protection", True),
    "aws_dynamodb_table": ("deletion_protection_enabled", True),
    "aws_cognito_user_pool": ("deletion_protection", "ACTIVE"),
    "aws_networkfirewall_firewall": ("delete_protection", True),
    "aws_qldb_ledger": ("deletion_protection", True),
    "aws_route53_zone": ("force_destroy", False),
    "aws_ecr_repository": ("force_delete", False),
    "aws_backup_vault": ("force_destroy", False),
    "aws_ecs_service": ("force_delete", False),
}
# A ledger is protected unless it says otherwise.
PROTECTED_BY_DEFAULT = ("aws_qldb_ledger",)


@policy(
    id="TIER_AWS_091",
    title="What can be protected from deletion is",
    severity=Severity.HIGH,
    why="One wrong apply or click deletes it, and with it the data, the address or the names that all else hangs on.",
    remedy="switch the deletion protection on, and leave `force_destroy` and `force_delete` out",
    source="https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_DeleteInstance.html#USER_DeleteInstance.DeletionProtection",
    resources=list(PROTECTIONS),
    unknown=rejected("protection is a literal of the blueprint"),
)
def protected(resource: Resource) -> Iterator[Fault]:
    """Refuse a protection that is off; a replica needs none, its source has the data."""
    if resource.type == "aws_db_instance" and _replica(resource):
        return
    attribute, wanted = PROTECTIONS[resource.type]
    value = resource[attribute]
    if known(value) and value is None and resource.type in PROTECTED_BY_DEFAULT:
        return
    if wanted is False:
        if value:
            yield Fault("it is deleted with all that is in it", attribute)
    elif not value or value != wanted:
        yield Fault("nothing protects it from deletion", attribute)


def _replica(database: Resource) -> bool:
    """Say whether a database follows another, be it one that the apply makes."""
    source = database["replicate_source_db"]
    return not known(source) or bool(source)
