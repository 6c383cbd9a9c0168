"""RDS: identities and attributes of instances, and backups replicated to another Region."""

from __future__ import annotations

import hashlib
from typing import Any

from generator.emulator.registry import Answer, Call, amend, fail, given, new_id, operation, patch
from generator.emulator.services.rds_day_two import rename

BACKUPS = "AutomatedBackup"
NO_BACKUPS = "DBInstanceAutomatedBackupNotFound"


def _resource_id(identifier: str, region: str) -> str:
    return "db-" + hashlib.sha256(f"{region}/{identifier}".encode()).hexdigest()[:26].upper()


@patch("rds")
def tell_instances_apart() -> None:
    """Gives all instances one DbiResourceId, and a replica the attributes of its primary."""
    from moto.rds.models import DBInstance, RDSBackend  # noqa: PLC0415 - slow to import

    construct, replicate = DBInstance.__init__, RDSBackend.create_db_instance_read_replica

    def initialise(self: Any, *args: Any, **kwargs: Any) -> None:
        construct(self, *args, **kwargs)
        self.dbi_resource_id = _resource_id(self.db_instance_identifier, self.region)

    def create_replica(self: Any, db_kwargs: dict[str, Any]) -> Any:
        replica = replicate(self, db_kwargs)
        replica.dbi_resource_id = _resource_id(db_kwargs["db_instance_identifier"], self.region_name)
        replica.backup_retention_period = db_kwargs.get("backup_retention_period") or 0
        replica.enable_iam_database_authentication = bool(db_kwargs.get("enable_iam_database_authentication"))
        replica.enabled_cloudwatch_logs_exports = db_kwargs.get("enable_cloudwatch_logs_exports") or []
        replica.monitoring_interval = int(db_kwargs.get("monitoring_interval") or 0)
        return replica

    DBInstance.__init__ = initialise  # type: ignore[method-assign]
    RDSBackend.create_db_instance_read_replica = create_replica  # type: ignore[method-assign]


@amend("rds", "CreateDBInstance", "CreateDBInstanceReadReplica", "ModifyDBInstance")
def write_instance(call: Call, answer: Answer) -> None:
    """Forgets Performance Insights, and on a new name also the replicas."""
    rename(call)
    name = answer["DBInstance"]["DBInstanceIdentifier"]
    call.notes("instance").setdefault(name, {}).update(given(call.params))
    _remember(call, answer["DBInstance"])


@amend("rds", "DescribeDBInstances")
def describe_instances(call: Call, answer: Answer) -> None:
    """Forgets Performance Insights."""
    for instance in answer.get("DBInstances") or []:
        _remember(call, instance)


def _remember(call: Call, instance: Answer) -> None:
    noted = call.notes("instance").get(instance["DBInstanceIdentifier"], {})
    if "EnablePerformanceInsights" in noted:
        instance["PerformanceInsightsEnabled"] = noted["EnablePerformanceInsights"]
    if noted.get("EnablePerformanceInsights"):
        instance["PerformanceInsightsRetentionPeriod"] = noted.get("PerformanceInsightsRetentionPeriod") or 7
        if "PerformanceInsightsKMSKeyId" in noted:
            instance["PerformanceInsightsKMSKeyId"] = noted["PerformanceInsightsKMSKeyId"]


@amend("rds", "DeleteDBInstance")
def delete_instance(call: Call, answer: Answer) -> None:  # noqa: ARG001
    """Forgets Performance Insights: so must the next instance of that name."""
    call.notes("instance").pop(call.params["DBInstanceIdentifier"], None)


@amend("rds", "DescribeDBParameters")
def describe_parameters(call: Call, answer: Answer) -> None:  # noqa: ARG001
    """Leaves out the parameters' source."""
    for parameter in answer.get("Parameters") or []:
        parameter["Source"] = "user"


@operation("rds", "StartDBInstanceAutomatedBackupsReplication")
def start_backup_replication(call: Call) -> Answer:
    """Not implemented."""
    source = call.params["SourceDBInstanceArn"]
    arn = call.arn(f"auto-backup:ab-{new_id().replace('-', '')[:26]}")
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
    """Knows no backups that are replicated."""
    arn = call.params.get("DBInstanceAutomatedBackupsArn")
    names = [arn] if arn else list(call.resources(BACKUPS))
    return {"DBInstanceAutomatedBackups": [call.find(BACKUPS, name, NO_BACKUPS) for name in names]}


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
