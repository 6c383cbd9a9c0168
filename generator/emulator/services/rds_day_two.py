"""RDS: what operators do to an instance: fail it over, rename it, restore it to a point in time, promote a replica."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from generator.emulator.history import happened, now, recent, utc
from generator.emulator.registry import Answer, Call, amend, check, fail, given, operation
from generator.emulator.services.rds import make_independent, remember

KIND = "db-instance"
COMBINATION = "InvalidParameterCombination"

# What a restored instance takes from its source; all else has AWS's default, unless the call says otherwise.
TAKEN = (
    "allocated_storage", "auto_minor_version_upgrade", "backup_retention_period", "ca_certificate_identifier",
    "db_instance_class", "db_name", "engine", "engine_version", "iops", "kms_key_id", "license_model",
    "master_username", "master_user_password", "option_group_name", "port", "preferred_backup_window",
    "preferred_maintenance_window", "storage_encrypted", "storage_throughput", "storage_type",
)  # fmt: skip

# Parameters of RestoreDBInstanceToPointInTime, and the argument of moto's model that takes them.
SAID = {
    "AllocatedStorage": "allocated_storage",
    "AutoMinorVersionUpgrade": "auto_minor_version_upgrade",
    "AvailabilityZone": "availability_zone",
    "BackupRetentionPeriod": "backup_retention_period",
    "CACertificateIdentifier": "ca_certificate_identifier",
    "CopyTagsToSnapshot": "copy_tags_to_snapshot",
    "DBInstanceClass": "db_instance_class",
    "DBParameterGroupName": "db_parameter_group_name",
    "DBSubnetGroupName": "db_subnet_group_name",
    "DeletionProtection": "deletion_protection",
    "EnableCloudwatchLogsExports": "enable_cloudwatch_logs_exports",
    "EnableIAMDatabaseAuthentication": "enable_iam_database_authentication",
    "Iops": "iops",
    "MaxAllocatedStorage": "max_allocated_storage",
    "MultiAZ": "multi_az",
    "OptionGroupName": "option_group_name",
    "Port": "port",
    "PreferredBackupWindow": "preferred_backup_window",
    "PubliclyAccessible": "publicly_accessible",
    "StorageThroughput": "storage_throughput",
    "StorageType": "storage_type",
    "Tags": "tags",
    "VpcSecurityGroupIds": "vpc_security_group_ids",
}


@check("rds", "RebootDBInstance")
def may_fail_over(call: Call) -> None:
    """Fails an instance over that has no standby."""
    instance = call.backend().databases.get(call.params["DBInstanceIdentifier"])
    if instance and call.params.get("ForceFailover") and not instance.multi_az:
        fail(COMBINATION, "ForceFailover cannot be specified since the instance is not configured for Multi-AZ.")


@amend("rds", "RebootDBInstance")
def reboot(call: Call, answer: Answer) -> None:
    """Changes nothing."""
    name = call.params["DBInstanceIdentifier"]
    instance = call.backend().databases[name]
    answer["DBInstance"]["DBInstanceStatus"] = "rebooting"
    if call.params.get("ForceFailover"):
        event(call, name, "Multi-AZ instance failover started.", "failover")
        there = instance.secondary_availability_zone
        instance.left_zone, instance.availability_zone = instance.availability_zone, there
    event(call, name, "DB instance restarted", "availability")
    if call.params.get("ForceFailover"):
        event(call, name, "Multi-AZ instance failover completed", "failover")


@check("rds", "ModifyDBInstance")
def may_rename(call: Call) -> None:
    """Gives two instances one name."""
    name = call.params.get("NewDBInstanceIdentifier")
    if name and name.lower() in call.backend().databases:
        fail("DBInstanceAlreadyExists", f"DB instance already exists: {name}")


@amend("rds", "ModifyDBInstance")
def modify(call: Call, answer: Answer) -> None:
    """Forgets Performance Insights, loses sight of what is renamed, and knows no event of a new password."""
    old, new = call.params["DBInstanceIdentifier"], call.params.get("NewDBInstanceIdentifier")
    if new:
        _rename(call, old, new)
    instance = answer["DBInstance"]
    remember(call, instance, given(call.params, "DBInstanceIdentifier", "NewDBInstanceIdentifier"))
    if call.params.get("MasterUserPassword"):
        event(call, instance["DBInstanceIdentifier"], "Reset master credentials", "configuration change")


def _rename(call: Call, old: str, new: str) -> None:
    """Let notes, primary and replicas of an instance follow its new name."""
    notes, databases = call.notes("instance"), call.backend().databases
    notes[new] = notes.pop(old, {})
    for other in databases.values():
        other.replicas = [new if name == old else name for name in other.replicas]
        if other.source_db_instance_identifier == old:
            other.source_db_instance_identifier = new
    event(call, new, "DB instance restarted", "availability")


@operation("rds", "RestoreDBInstanceToPointInTime")
def restore(call: Call) -> Answer:
    """Copies all attributes of the source, and so its name, protection and groups."""
    source, target = _source(call), (call.params.get("TargetDBInstanceIdentifier") or "").lower()
    databases = call.backend().databases
    if target in databases:
        fail("DBInstanceAlreadyExists", f"DB instance already exists: {target}")
    if not source.backup_retention_period:
        fail("PointInTimeRestoreNotEnabled", f"{source.db_instance_identifier} has no automated backups.")
    _check_time(call, source)
    taken = {name: source.__dict__.get(f"_{name}", source.__dict__.get(name)) for name in TAKEN}
    if not source.option_group_supplied:
        del taken["option_group_name"]
    said = {argument: call.params[name] for name, argument in SAID.items() if call.params.get(name) is not None}
    if (said.get("allocated_storage") or taken["allocated_storage"]) < taken["allocated_storage"]:
        fail("InvalidParameterValue", "The allocated storage cannot be less than that of the source.")
    restored = type(source)(call.backend(), db_instance_identifier=target, **{**taken, **said})
    databases[target] = restored
    restored.add_event("DB_INSTANCE_CREATE")
    event(call, target, f"Restored from DB instance {source.db_instance_identifier} to {target}.", "restoration")
    return {"DBInstance": restored}


def _source(call: Call) -> Any:
    name, identifier = call.params.get("SourceDBInstanceIdentifier"), call.params.get("SourceDbiResourceId")
    if not (name or identifier):
        fail(COMBINATION, "The source must be named by its identifier or its resource id.")
    for instance in call.backend().databases.values():
        if instance.db_instance_identifier == (name or "").lower() or instance.dbi_resource_id == identifier:
            return instance
    return fail("DBInstanceNotFound", f"DBInstance {name or identifier} not found.")


def _check_time(call: Call, source: Any) -> None:
    latest, time = call.params.get("UseLatestRestorableTime"), call.params.get("RestoreTime")
    if bool(latest) == bool(time):
        fail(COMBINATION, "Exactly one of RestoreTime and UseLatestRestorableTime must be given.")
    if time is None:
        return
    wanted = utc(time if isinstance(time, datetime) else datetime.fromisoformat(time.replace("Z", "+00:00")))
    if not utc(source.created) <= wanted <= now():
        fail("InvalidParameterValue", "The restore time must lie in the restore window of the source.")


@amend("rds", "PromoteReadReplica")
def promote(call: Call, answer: Answer) -> None:
    """Leaves the replica among its primary's."""
    name, databases = call.params["DBInstanceIdentifier"], call.backend().databases
    for other in databases.values():
        other.replicas = [replica for replica in other.replicas if replica != name]
    make_independent(databases[name])
    answer["DBInstance"].pop("ReadReplicaSourceDBInstanceIdentifier", None)
    event(call, name, "Promoted Read Replica instance to a stand-alone database instance", "read replica")


@operation("rds", "DescribeEvents")
def describe_events(call: Call) -> Answer:
    """Ignores times and categories, and knows few events."""
    if call.params.get("SourceIdentifier") and not call.params.get("SourceType"):
        fail(COMBINATION, "SourceIdentifier needs a SourceType.")
    others = [
        {
            "SourceType": item.source_type,
            "SourceIdentifier": item.source_identifier,
            "SourceArn": item.source_arn,
            "Message": item.message,
            "EventCategories": item.event_categories,
            "Date": utc(item.date),
        }
        for item in call.backend().events
    ]
    return {"Events": recent(call, others)}


def event(call: Call, name: str, message: str, category: str) -> None:
    """Remember an event of the instance `name`."""
    happened(call, KIND, name, message, EventCategories=[category], SourceArn=call.arn(f"db:{name}"))
