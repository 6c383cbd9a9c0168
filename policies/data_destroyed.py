"""A plan destroys nothing that holds data."""

from collections.abc import Iterator

from generator.policy import Fault, Resource, Severity, policy, rejected

# What holds data, and what is lost with it.
HOLDERS = {
    "aws_db_instance": "its data",
    "aws_rds_cluster": "its data",
    "aws_rds_global_cluster": "its data",
    "aws_docdb_cluster": "its data",
    "aws_neptune_cluster": "its data",
    "aws_redshift_cluster": "its data",
    "aws_dynamodb_table": "its data",
    "aws_opensearch_domain": "its data",
    "aws_db_snapshot": "the backup",
    "aws_db_cluster_snapshot": "the backup",
    "aws_backup_vault": "the backups in it",
    "aws_elasticache_replication_group": "sessions and cached data",
    "aws_elasticache_cluster": "sessions and cached data",
    "aws_elasticache_serverless_cache": "sessions and cached data",
    "aws_s3_bucket": "its files",
    "aws_efs_file_system": "its files",
    "aws_ebs_volume": "its files",
    "aws_ecr_repository": "its images",
    "aws_kms_key": "all that it has encrypted",
    "aws_kms_replica_key": "all that it has encrypted in its region",
    "aws_kms_external_key": "all that it has encrypted",
    "aws_secretsmanager_secret": "its value",
    "aws_cognito_user_pool": "its users",
    "aws_route53_zone": "its records, and the name servers that the registrar delegates to",
    "aws_cloudwatch_log_group": "its logs",
}


@policy(
    id="TIER_AWS_079",
    title="The plan destroys and replaces nothing that holds data",
    severity=Severity.CRITICAL,
    why="What was in it is gone with the apply, and comes back from a backup at best.",
    remedy="take the change back that destroys or replaces it; add a `moved` block if it has only got another address, "
    "or a `removed` block to leave it be; else record a waiver for this one plan",
    source="https://docs.aws.amazon.com/wellarchitected/latest/reliability-pillar/back-up-data.html",
    resources=list(HOLDERS),
    unknown=rejected("what is destroyed exists, and so is known"),
    destroyed=True,
)
def spared(resource: Resource) -> Iterator[Fault]:
    """Refuse what the plan deletes or replaces, but for what holds no data of its own."""
    if not _copy(resource) and not (resource["skip_destroy"] and resource.action == "delete"):
        verb = "replaces" if resource.action == "replace" else "deletes"
        yield Fault(f"the plan {verb} it, and with it {HOLDERS[resource.type]}")


def _copy(resource: Resource) -> bool:
    """Say whether all data are elsewhere, too: in a replica's source, a replication group, or nowhere for long."""
    if resource.type == "aws_elasticache_cluster":
        return bool(resource["replication_group_id"]) or resource["engine"] == "memcached"
    return resource.type == "aws_db_instance" and bool(resource["replicate_source_db"])
