"""RDS: restoring, renaming and failing over."""

from __future__ import annotations

import time
from typing import Any

from generator.emulator.registry import Answer, Call, amend, fail, operation

# What a restored instance takes from the request; everything else is the source's, or AWS's default.
GIVEN = {
    "AutoMinorVersionUpgrade": "auto_minor_version_upgrade",
    "CopyTagsToSnapshot": "copy_tags_to_snapshot",
    "DBParameterGroupName": "db_parameter_group_name",
    "DeletionProtection": "deletion_protection",
    "EnableCloudwatchLogsExports": "enabled_cloudwatch_logs_exports",
    "EnableIAMDatabaseAuthentication": "enable_iam_database_authentication",
    "MultiAZ": "multi_az",
    "PubliclyAccessible": "publicly_accessible",
}


def _instance(call: Call, name: str) -> Any:
    found = call.backend().databases
    if name not in found:
        fail("DBInstanceNotFound", f"DBInstance {name} not found.")
    return found[name]


@amend("rds", "RestoreDBInstanceToPointInTime")
def restore_to_point_in_time(call: Call, answer: Answer) -> None:
    """Copies protection, log exports and replicas of the source."""
    instance = _instance(call, call.params["TargetDBInstanceIdentifier"])
    defaults = {"DeletionProtection": False, "EnableCloudwatchLogsExports": [], "MultiAZ": False}
    for parameter, attribute in GIVEN.items():
        value = call.params.get(parameter, defaults.get(parameter))
        if value is not None:
            setattr(instance, attribute, value)
    instance.replicas, instance.is_replica = [], False
    answer["DBInstance"].update(
        DeletionProtection=instance.deletion_protection, MultiAZ=instance.multi_az, ReadReplicaDBInstanceIdentifiers=[]
    )


def rename(call: Call) -> None:
    """Have replicas, and what is noted of an instance, follow its new name: moto forgets both."""
    old, new = call.params["DBInstanceIdentifier"], call.params.get("NewDBInstanceIdentifier")
    if not new or new == old:
        return
    notes = call.notes("instance")
    if old in notes:
        notes[new] = notes.pop(old)
    for other in call.backend().databases.values():
        if other.source_db_instance_identifier == old:
            other.source_db_instance_identifier = new
        other.replicas = [new if name == old else name for name in other.replicas]


@operation("rds", "RebootDBInstance")
def reboot(call: Call) -> Answer:
    """Does nothing; a failover must move the instance to its standby's zone."""
    name = call.params["DBInstanceIdentifier"]
    instance = _instance(call, name)
    if call.params.get("ForceFailover"):
        if not instance.multi_az:
            message = "ForceFailover cannot be specified since the instance is not configured for MultiAZ."
            fail("InvalidParameterCombination", message)
        here = instance.availability_zone
        instance.availability_zone = here[:-1] + ("b" if here.endswith("a") else "a")
        _event(call, name, "Multi-AZ instance failover started.")
        _event(call, name, "Multi-AZ instance failover completed")
    else:
        _event(call, name, "DB instance restarted")
    zone = instance.availability_zone
    return {"DBInstance": {"DBInstanceIdentifier": name, "DBInstanceStatus": "rebooting", "AvailabilityZone": zone}}


def _event(call: Call, name: str, message: str) -> None:
    call.notes("event").setdefault(name, []).append({"Message": message, "Date": time.time()})


@operation("rds", "DescribeEvents")
def describe_events(call: Call) -> Answer:
    """Tells of snapshots only."""
    wanted = call.params.get("SourceIdentifier")
    return {
        "Events": [
            {"SourceIdentifier": name, "SourceType": "db-instance", "EventCategories": ["failover"], **event}
            for name, events in call.notes("event").items()
            if wanted in (None, name)
            for event in events
        ]
    }
