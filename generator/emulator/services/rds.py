"""RDS: identities, zones and attributes of instances, and their automated backups."""

from __future__ import annotations

import hashlib
from itertools import count
from typing import Any

from generator.emulator.history import now, utc
from generator.emulator.registry import Answer, Call, amend, fail, given, new_id, operation, patch

BACKUPS = "AutomatedBackup"
NO_BACKUPS = "DBInstanceAutomatedBackupNotFound"


def _resource_id(backend: Any, identifier: str) -> str:
    """Return an id that no instance of this region has: it stays when the name goes to another instance."""
    taken = {item.dbi_resource_id for item in backend.databases.values()}
    texts = (f"{backend.region_name}/{identifier}/{number}" for number in count())
    ids = ("db-" + hashlib.sha256(text.encode()).hexdigest()[:26].upper() for text in texts)
    return next(item for item in ids if item not in taken)


def zones_of(instance: Any) -> list[str]:
    """Return the zones of an instance's subnets; empty without a subnet group."""
    group = getattr(instance, "db_subnet_group", None)
    return sorted({item["SubnetAvailabilityZone"]["Name"] for item in group.subnets}) if group else []


def _standby_zone(instance: Any) -> str | None:
    """Return the zone of the standby: the one that a failover has left, or the first that is not the primary's."""
    if not instance.multi_az:
        return None
    others = [zone for zone in zones_of(instance) if zone != instance.availability_zone]
    left: str | None = getattr(instance, "left_zone", None)
    return left or next(iter(others), None)


@patch("rds")
def tell_instances_apart() -> None:
    """Gives all instances one DbiResourceId and no standby, and a replica the attributes of its primary."""
    from moto.rds.models import DBInstance, RDSBackend  # noqa: PLC0415 - slow to import

    construct, replicate = DBInstance.__init__, RDSBackend.create_db_instance_read_replica

    def initialise(self: Any, *args: Any, **kwargs: Any) -> None:
        construct(self, *args, **kwargs)
        self.dbi_resource_id = _resource_id(self.backend, self.db_instance_identifier)
        if not kwargs.get("availability_zone"):
            self.availability_zone = next(iter(zones_of(self)), self.availability_zone)

    def create_replica(self: Any, db_kwargs: dict[str, Any]) -> Any:
        name = db_kwargs["db_instance_identifier"]
        resource_id = _resource_id(self, name)
        replica: Any = replicate(self, db_kwargs)
        replica.dbi_resource_id, replica.left_zone = resource_id, None
        replica.backup_retention_period = db_kwargs.get("backup_retention_period") or 0
        replica.deletion_protection = bool(db_kwargs.get("deletion_protection"))
        replica.enable_iam_database_authentication = bool(db_kwargs.get("enable_iam_database_authentication"))
        replica.enabled_cloudwatch_logs_exports = db_kwargs.get("enable_cloudwatch_logs_exports") or []
        replica.monitoring_interval = int(db_kwargs.get("monitoring_interval") or 0)
        replica.multi_az = bool(db_kwargs.get("multi_az"))
        replica.tags = db_kwargs.get("tags") or []
        return replica

    DBInstance.__init__ = initialise  # type: ignore[method-assign]
    DBInstance.secondary_availability_zone = property(_standby_zone)  # type: ignore[attr-defined]
    RDSBackend.create_db_instance_read_replica = create_replica  # type: ignore[method-assign]


@amend("rds", "CreateDBInstance", "CreateDBInstanceReadReplica")
def write_instance(call: Call, answer: Answer) -> None:
    """Forgets Performance Insights."""
    remember(call, answer["DBInstance"], given(call.params))


@amend("rds", "DescribeDBInstances")
def describe_instances(call: Call, answer: Answer) -> None:
    """Forgets Performance Insights."""
    for instance in answer.get("DBInstances") or []:
        remember(call, instance, {})


def remember(call: Call, instance: Answer, given_now: Answer) -> None:
    """Note what was given for an instance, and add to the answer what moto forgets of it."""
    noted = call.notes("instance").setdefault(instance["DBInstanceIdentifier"], {})
    noted.update(given_now)
    if "EnablePerformanceInsights" in noted:
        instance["PerformanceInsightsEnabled"] = noted["EnablePerformanceInsights"]
    if noted.get("EnablePerformanceInsights"):
        instance["PerformanceInsightsRetentionPeriod"] = noted.get("PerformanceInsightsRetentionPeriod") or 7
        if "PerformanceInsightsKMSKeyId" in noted:
            instance["PerformanceInsightsKMSKeyId"] = noted["PerformanceInsightsKMSKeyId"]


@amend("rds", "DeleteDBInstance")
def delete_instance(call: Call, answer: Answer) -> None:
    """Forgets Performance Insights, keeps no automated backups, and leaves replicas of nothing behind."""
    name = call.params["DBInstanceIdentifier"]
    noted = call.notes("instance").pop(name, {})
    for replica in call.backend().databases.values():
        if replica.is_replica and replica.source_db_instance_identifier == name:
            make_independent(replica)
    instance = answer["DBInstance"]
    if call.params.get("DeleteAutomatedBackups") is False and instance.get("BackupRetentionPeriod"):
        backup = _own_backup(instance, "retained", noted.get("backups") or _backup_arn(call))
        call.notes("retained")[backup["DBInstanceAutomatedBackupsArn"]] = backup


def make_independent(replica: Any) -> None:
    """Make a replica an instance that can be written to."""
    replica.is_replica, replica.source_db_instance_identifier = False, None


@amend("rds", "DescribeDBParameters")
def describe_parameters(call: Call, answer: Answer) -> None:  # noqa: ARG001
    """Leaves out the parameters' source."""
    for parameter in answer.get("Parameters") or []:
        parameter["Source"] = "user"


@operation("rds", "StartDBInstanceAutomatedBackupsReplication")
def start_backup_replication(call: Call) -> Answer:
    """Not implemented."""
    source, arn = call.params["SourceDBInstanceArn"], _backup_arn(call)
    backup = {
        "DBInstanceAutomatedBackupsArn": arn,
        "DBInstanceArn": source,
        "DBInstanceIdentifier": source.split(":")[-1],
        "Region": source.split(":")[3],
        "BackupRetentionPeriod": call.params.get("BackupRetentionPeriod") or 7,
        "KmsKeyId": call.params.get("KmsKeyId"),
        "Status": "replicating",
        "Engine": "postgres",
    }
    call.resources(BACKUPS)[arn] = backup
    return {"DBInstanceAutomatedBackup": backup}


@operation("rds", "DescribeDBInstanceAutomatedBackups")
def describe_automated_backups(call: Call) -> Answer:
    """Knows neither restore windows nor backups that are replicated."""
    found = {**call.resources(BACKUPS), **call.notes("retained")}
    for instance in call.backend().databases.values():
        if instance.backup_retention_period:
            noted = call.notes("instance").setdefault(instance.db_instance_identifier, {})
            arn = noted.setdefault("backups", _backup_arn(call))
            found[arn] = _own_backup(_as_answer(instance), "active", arn)
    arn = call.params.get("DBInstanceAutomatedBackupsArn")
    if arn and arn not in found:
        fail(NO_BACKUPS, f"DBInstanceAutomatedBackup {arn} not found.")
    asked = {name: call.params.get(name) for name in ("DBInstanceIdentifier", "DbiResourceId")}
    backups = [found[arn]] if arn else list(found.values())
    return {
        "DBInstanceAutomatedBackups": [
            item for item in backups if all(value in (None, item.get(name)) for name, value in asked.items())
        ]
    }


def _backup_arn(call: Call) -> str:
    return call.arn(f"auto-backup:ab-{new_id().replace('-', '')[:26]}")


def _as_answer(instance: Any) -> Answer:
    return {
        "DBInstanceArn": instance.arn,
        "DBInstanceIdentifier": instance.db_instance_identifier,
        "DbiResourceId": instance.dbi_resource_id,
        "AllocatedStorage": instance.allocated_storage,
        "AvailabilityZone": instance.availability_zone,
        "BackupRetentionPeriod": instance.backup_retention_period,
        "Engine": instance.engine,
        "EngineVersion": instance.engine_version,
        "InstanceCreateTime": instance.instance_create_time,
        "KmsKeyId": instance.kms_key_id,
        "MasterUsername": instance.master_username,
        "StorageEncrypted": instance.storage_encrypted,
        "StorageType": instance.storage_type,
    }


def _own_backup(instance: Answer, status: str, arn: str) -> Answer:
    """Return the automated backup of an instance that was answered, from its creation to now."""
    shared = {key: instance.get(key) for key in (
        "DBInstanceArn", "DBInstanceIdentifier", "DbiResourceId", "AllocatedStorage", "AvailabilityZone",
        "BackupRetentionPeriod", "Engine", "EngineVersion", "InstanceCreateTime", "KmsKeyId", "MasterUsername",
        "StorageType",
    )}  # fmt: skip
    return {
        **shared,
        "DBInstanceAutomatedBackupsArn": arn,
        "Encrypted": instance.get("StorageEncrypted"),
        "Region": instance["DBInstanceArn"].split(":")[3],
        "RestoreWindow": {"EarliestTime": utc(instance["InstanceCreateTime"]), "LatestTime": now()},
        "Status": status,
    }


@operation("rds", "StopDBInstanceAutomatedBackupsReplication")
def stop_backup_replication(call: Call) -> Answer:
    """Not implemented."""
    for arn, backup in call.resources(BACKUPS).items():
        if backup["DBInstanceArn"] == call.params["SourceDBInstanceArn"]:
            del call.resources(BACKUPS)[arn]
            return {"DBInstanceAutomatedBackup": {**backup, "Status": "deleting"}}
    return fail(NO_BACKUPS, "no backups of this instance are replicated here")


def _subscription(call: Call) -> Any:
    found, name = call.backend().event_subscriptions, call.params["SubscriptionName"]
    if name not in found:
        fail("SubscriptionNotFound", f"Subscription {name} not found.")
    return found[name]


def _answer_subscription(subscription: Any) -> Answer:
    return {
        "EventSubscription": {
            "CustSubscriptionId": subscription.subscription_name,
            "Enabled": subscription.enabled,
            "EventCategoriesList": subscription.event_categories,
            "SnsTopicArn": subscription.sns_topic_arn,
            "SourceIdsList": subscription.source_ids,
            "SourceType": subscription.source_type,
            "Status": subscription.status,
        }
    }


@operation("rds", "ModifyEventSubscription")
def modify_event_subscription(call: Call) -> Answer:
    """Not implemented."""
    subscription = _subscription(call)
    for parameter, attribute in (
        ("SnsTopicArn", "sns_topic_arn"),
        ("SourceType", "source_type"),
        ("EventCategories", "event_categories"),
        ("Enabled", "enabled"),
    ):
        if call.params.get(parameter) is not None:
            setattr(subscription, attribute, call.params[parameter])
    return _answer_subscription(subscription)


@operation("rds", "AddSourceIdentifierToSubscription", "RemoveSourceIdentifierFromSubscription")
def change_sources(call: Call) -> Answer:
    """Not implemented."""
    subscription, source = _subscription(call), call.params["SourceIdentifier"]
    others = [item for item in subscription.source_ids or [] if item != source]
    subscription.source_ids = [*others, source] if call.operation.startswith("Add") else others
    return _answer_subscription(subscription)
