"""CloudWatch, its logs, budgets and cost anomalies: what the emulator adds, through an SDK."""

from __future__ import annotations

from typing import Any

import pytest

from generator.emulator import Emulator
from tests.emulator.conftest import Clients

ACCOUNT = "123456789012"
TAGS = [{"Key": "tier", "Value": "one"}]


def check_tags(service: Any, name: str, arn: str, tags: str, keys: str) -> None:
    """Tags given on creation can be read, added to and removed."""
    resource = {name: arn}
    assert service.list_tags_for_resource(**resource)[tags] == TAGS
    service.tag_resource(**resource, **{tags: [{"Key": "owner", "Value": "web"}]})
    assert len(service.list_tags_for_resource(**resource)[tags]) == 2
    service.untag_resource(**resource, **{keys: ["owner"]})
    assert service.list_tags_for_resource(**resource)[tags] == TAGS


def test_a_composite_alarm_lives(client: Clients) -> None:
    cloudwatch = client("cloudwatch")
    metric = {"Namespace": "N", "MetricName": "M", "Period": 60, "Statistic": "Sum", "EvaluationPeriods": 1}
    over = {"Threshold": 1.0, "ComparisonOperator": "GreaterThanThreshold"}
    cloudwatch.put_metric_alarm(AlarmName="part", **metric, **over)
    cloudwatch.put_composite_alarm(AlarmName="whole", AlarmRule="ALARM(part)", Tags=TAGS)
    found = cloudwatch.describe_alarms(AlarmNames=["whole"], AlarmTypes=["CompositeAlarm"])
    assert [alarm["AlarmRule"] for alarm in found["CompositeAlarms"]] == ["ALARM(part)"]
    assert found["MetricAlarms"] == []
    assert [alarm["AlarmName"] for alarm in cloudwatch.describe_alarms()["MetricAlarms"]] == ["part"]
    check_tags(cloudwatch, "ResourceARN", found["CompositeAlarms"][0]["AlarmArn"], "Tags", "TagKeys")
    cloudwatch.put_composite_alarm(AlarmName="whole", AlarmRule="NOT ALARM(part)", ActionsEnabled=False)
    changed = cloudwatch.describe_alarms(AlarmTypes=["CompositeAlarm", "MetricAlarm"], AlarmNamePrefix="wh")
    assert changed["CompositeAlarms"][0]["ActionsEnabled"] is False
    cloudwatch.delete_alarms(AlarmNames=["whole", "part"])
    gone = cloudwatch.describe_alarms(AlarmTypes=["CompositeAlarm", "MetricAlarm"])
    assert gone["CompositeAlarms"] == gone["MetricAlarms"] == []


def test_a_query_definition_lives(client: Clients) -> None:
    logs = client("logs")
    name = logs.put_query_definition(name="app/errors", queryString="fields @message")["queryDefinitionId"]
    logs.put_query_definition(queryDefinitionId=name, name="app/errors", queryString="limit 20")
    found = logs.describe_query_definitions(queryDefinitionNamePrefix="app/")["queryDefinitions"]
    assert [item["queryString"] for item in found] == ["limit 20"]
    assert logs.delete_query_definition(queryDefinitionId=name)["success"]
    with pytest.raises(logs.exceptions.ResourceNotFoundException):
        logs.delete_query_definition(queryDefinitionId=name)


def test_a_log_group_gets_and_loses_its_key(client: Clients) -> None:
    logs = client("logs")
    logs.create_log_group(logGroupName="app")
    logs.associate_kms_key(logGroupName="app", kmsKeyId="arn:aws:kms:eu-west-1:123456789012:key/1")
    assert logs.describe_log_groups()["logGroups"][0]["kmsKeyId"].endswith("key/1")
    logs.disassociate_kms_key(logGroupName="app")
    assert "kmsKeyId" not in logs.describe_log_groups()["logGroups"][0]
    with pytest.raises(logs.exceptions.ResourceNotFoundException):
        logs.disassociate_kms_key(logGroupName="none")


def test_a_log_group_keeps_its_class(client: Clients) -> None:
    logs = client("logs")
    logs.create_log_group(logGroupName="rare", logGroupClass="INFREQUENT_ACCESS")
    logs.create_log_group(logGroupName="usual")
    found = {item["logGroupName"]: item["logGroupClass"] for item in logs.describe_log_groups()["logGroups"]}
    assert found == {"rare": "INFREQUENT_ACCESS", "usual": "STANDARD"}


def test_a_metric_filter_is_changed(client: Clients) -> None:
    logs = client("logs")
    logs.create_log_group(logGroupName="app")
    values = [{"metricName": "Errors", "metricNamespace": "App", "metricValue": "1"}]
    for pattern in ("ERROR", "CRITICAL"):
        logs.put_metric_filter(
            logGroupName="app", filterName="errors", filterPattern=pattern, metricTransformations=values
        )
    assert [item["filterPattern"] for item in logs.describe_metric_filters()["metricFilters"]] == ["CRITICAL"]


def test_standard_logs_of_a_distribution_are_delivered(client: Clients, emulator: Emulator) -> None:
    logs = client("logs", "us-east-1")
    distribution = f"arn:aws:cloudfront::{ACCOUNT}:distribution/E1"
    logs.put_delivery_source(name="cdn", resourceArn=distribution, logType="ACCESS_LOGS", tags={"tier": "one"})
    destination = logs.put_delivery_destination(
        name="cdn",
        outputFormat="parquet",
        deliveryDestinationConfiguration={"destinationResourceArn": "arn:aws:s3:::logs/cdn"},
    )["deliveryDestination"]
    delivery = logs.create_delivery(
        deliverySourceName="cdn",
        deliveryDestinationArn=destination["arn"],
        s3DeliveryConfiguration={"suffixPath": "{yyyy}", "enableHiveCompatiblePath": False},
    )["delivery"]
    assert logs.get_delivery_source(name="cdn")["deliverySource"]["service"] == "cloudfront"
    assert logs.get_delivery_destination(name="cdn")["deliveryDestination"]["deliveryDestinationType"] == "S3"
    logs.update_delivery_configuration(
        id=delivery["id"],
        s3DeliveryConfiguration={"suffixPath": "{MM}"},
        recordFields=["date", "time"],
        fieldDelimiter="",
    )
    changed = logs.get_delivery(id=delivery["id"])["delivery"]
    assert changed["s3DeliveryConfiguration"]["suffixPath"] == "{MM}"
    assert changed["recordFields"] == ["date", "time"]
    with pytest.raises(logs.exceptions.ResourceNotFoundException):
        logs.update_delivery_configuration(id="none")
    logs.delete_delivery(id=delivery["id"])
    logs.delete_delivery_destination(name="cdn")
    logs.delete_delivery_source(name="cdn")
    assert emulator.inventory()["resources"] == {}


def test_a_budget_is_changed(client: Clients) -> None:
    budgets = client("budgets", "us-east-1")
    place = {"AccountId": ACCOUNT, "BudgetName": "all"}
    budget = {"BudgetName": "all", "BudgetType": "COST", "TimeUnit": "MONTHLY"}
    notification = {"NotificationType": "ACTUAL", "ComparisonOperator": "GREATER_THAN", "Threshold": 80.0}
    ops, web = ({"SubscriptionType": "EMAIL", "Address": f"{name}@example.com"} for name in ("ops", "web"))
    budgets.create_budget(
        AccountId=ACCOUNT,
        Budget={**budget, "BudgetLimit": {"Amount": "100", "Unit": "USD"}},
        NotificationsWithSubscribers=[{"Notification": notification, "Subscribers": [ops]}],
        ResourceTags=TAGS,
    )
    check_tags(budgets, "ResourceARN", f"arn:aws:budgets::{ACCOUNT}:budget/all", "ResourceTags", "ResourceTagKeys")
    period = {"Start": "2025-01-01T00:00:00Z", "End": "2087-06-15T00:00:00Z"}
    new = {**budget, "BudgetLimit": {"Amount": "200", "Unit": "USD"}, "TimePeriod": period}
    budgets.update_budget(AccountId=ACCOUNT, NewBudget=new)
    read = budgets.describe_budget(**place)["Budget"]
    assert read["BudgetLimit"]["Amount"] == "200"
    assert read["TimePeriod"]["Start"].year == 2025

    def subscribers(details: dict[str, Any]) -> list[str]:
        found = budgets.describe_subscribers_for_notification(**place, Notification=details)
        return [item["Address"] for item in found["Subscribers"]]

    assert subscribers(notification) == ["ops@example.com"]
    budgets.create_subscriber(**place, Notification=notification, Subscriber=web)
    budgets.delete_subscriber(**place, Notification=notification, Subscriber=ops)
    assert subscribers({**notification, "ThresholdType": "PERCENTAGE"}) == ["web@example.com"]
    with pytest.raises(budgets.exceptions.NotFoundException):
        budgets.delete_subscriber(**place, Notification=notification, Subscriber=ops)
    later = {**notification, "Threshold": 90.0}
    budgets.update_notification(**place, OldNotification=notification, NewNotification=later)
    assert subscribers(later) == ["web@example.com"]
    with pytest.raises(budgets.exceptions.NotFoundException):
        subscribers(notification)
    budgets.delete_budget(**place)
    with pytest.raises(budgets.exceptions.NotFoundException):
        budgets.update_budget(AccountId=ACCOUNT, NewBudget=new)


def test_cost_anomalies_are_watched(client: Clients, emulator: Emulator) -> None:
    costs = client("ce", "us-east-1")
    monitor = {"MonitorName": "services", "MonitorType": "DIMENSIONAL", "MonitorDimension": "SERVICE"}
    arn = costs.create_anomaly_monitor(AnomalyMonitor=monitor, ResourceTags=TAGS)["MonitorArn"]
    check_tags(costs, "ResourceArn", arn, "ResourceTags", "ResourceTagKeys")
    costs.update_anomaly_monitor(MonitorArn=arn, MonitorName="all services")
    assert costs.get_anomaly_monitors(MonitorArnList=[arn])["AnomalyMonitors"][0]["MonitorName"] == "all services"
    subscription = {
        "SubscriptionName": "daily",
        "MonitorArnList": [arn],
        "Subscribers": [{"Type": "EMAIL", "Address": "ops@example.com"}],
        "Frequency": "DAILY",
    }
    name = costs.create_anomaly_subscription(AnomalySubscription=subscription)["SubscriptionArn"]
    costs.update_anomaly_subscription(SubscriptionArn=name, Frequency="WEEKLY")
    assert costs.get_anomaly_subscriptions()["AnomalySubscriptions"][0]["Frequency"] == "WEEKLY"
    costs.delete_anomaly_subscription(SubscriptionArn=name)
    costs.delete_anomaly_monitor(MonitorArn=arn)
    with pytest.raises(costs.exceptions.UnknownMonitorException):
        costs.get_anomaly_monitors(MonitorArnList=[arn])
    assert emulator.inventory()["resources"] == {}
