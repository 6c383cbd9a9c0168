"""What the emulator adds to the other services, through an SDK."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

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


# CloudWatch and its logs


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


# Costs


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


# Compute and deployment


def make_service(client: Clients) -> Any:
    ecs = client("ecs")
    ecs.create_cluster(clusterName="app")
    container = {"name": "web", "image": "web:1", "memory": 128}
    ecs.register_task_definition(family="web", containerDefinitions=[container])
    ecs.create_service(
        cluster="app",
        serviceName="web",
        taskDefinition="web",
        desiredCount=1,
        healthCheckGracePeriodSeconds=60,
        enableExecuteCommand=True,
        capacityProviderStrategy=[{"capacityProvider": "FARGATE_SPOT", "weight": 1, "base": 0}],
    )
    return ecs


def test_a_service_keeps_what_it_was_given(client: Clients) -> None:
    ecs = make_service(client)
    service = ecs.describe_services(cluster="app", services=["web"])["services"][0]
    assert service["healthCheckGracePeriodSeconds"] == 60
    assert service["enableExecuteCommand"]
    assert service["capacityProviderStrategy"][0]["capacityProvider"] == "FARGATE_SPOT"
    assert "launchType" not in service
    ecs.update_service(cluster="app", service="web", healthCheckGracePeriodSeconds=90)
    service = ecs.describe_services(cluster="app", services=["web"])["services"][0]
    assert service["healthCheckGracePeriodSeconds"] == 90
    assert service["enableExecuteCommand"]


def test_a_scalable_target_has_tags_and_its_policies_one_arn(client: Clients, emulator: Emulator) -> None:
    make_service(client)
    scaling = client("application-autoscaling")
    target = {
        "ServiceNamespace": "ecs",
        "ResourceId": "service/app/web",
        "ScalableDimension": "ecs:service:DesiredCount",
    }
    made = scaling.register_scalable_target(**target, MinCapacity=1, MaxCapacity=2, Tags={"tier": "one"})
    arn = made["ScalableTargetARN"]
    scaling.tag_resource(ResourceARN=arn, Tags={"owner": "web"})
    assert scaling.list_tags_for_resource(ResourceARN=arn)["Tags"] == {"tier": "one", "owner": "web"}
    scaling.untag_resource(ResourceARN=arn, TagKeys=["tier", "owner"])
    assert scaling.list_tags_for_resource(ResourceARN=arn)["Tags"] == {}
    metric = {"PredefinedMetricType": "ECSServiceAverageCPUUtilization"}
    policy = {**target, "PolicyName": "cpu", "PolicyType": "TargetTrackingScaling"}
    arns = {
        scaling.put_scaling_policy(
            **policy,
            TargetTrackingScalingPolicyConfiguration={"TargetValue": value, "PredefinedMetricSpecification": metric},
        )["PolicyARN"]
        for value in (60.0, 70.0)
    }
    assert len(arns) == 1
    assert len(emulator.inventory()["resources"]["cloudwatch/alarms"]) == 2
    del policy["PolicyType"]
    scaling.delete_scaling_policy(**policy)
    scaling.deregister_scalable_target(**target)
    assert not {"cloudwatch/alarms", "application-autoscaling/targets"} & set(emulator.inventory()["resources"])


def test_a_deployment_group_is_changed_and_deleted(client: Clients, emulator: Emulator) -> None:
    deploy = client("codedeploy")
    deploy.create_application(applicationName="app", computePlatform="ECS")
    group = {"applicationName": "app", "deploymentGroupName": "web"}
    alarms = {"enabled": True, "alarms": [{"name": "5xx"}]}
    deploy.create_deployment_group(**group, serviceRoleArn="arn:aws:iam::1:role/a", alarmConfiguration=alarms)
    assert deploy.get_deployment_group(**group)["deploymentGroupInfo"]["alarmConfiguration"] == alarms
    deploy.update_deployment_group(
        applicationName="app",
        currentDeploymentGroupName="web",
        newDeploymentGroupName="site",
        serviceRoleArn="arn:aws:iam::1:role/b",
    )
    read = deploy.get_deployment_group(applicationName="app", deploymentGroupName="site")["deploymentGroupInfo"]
    assert read["serviceRoleArn"].endswith("role/b")
    assert read["alarmConfiguration"] == alarms
    with pytest.raises(deploy.exceptions.DeploymentGroupDoesNotExistException):
        deploy.delete_deployment_group(**group)
    deploy.update_application(applicationName="app", newApplicationName="shop")
    deploy.delete_deployment_group(applicationName="shop", deploymentGroupName="site")
    deploy.delete_application(applicationName="shop")
    with pytest.raises(deploy.exceptions.ApplicationDoesNotExistException):
        deploy.update_application(applicationName="app", newApplicationName="shop")
    assert emulator.inventory()["resources"] == {}


def test_a_deployment_config_lives(client: Clients) -> None:
    deploy = client("codedeploy")
    canary = {"canaryPercentage": 10, "canaryInterval": 5}
    routing = {"type": "TimeBasedCanary", "timeBasedCanary": canary}
    config = {"deploymentConfigName": "slow"}
    deploy.create_deployment_config(**config, computePlatform="ECS", trafficRoutingConfig=routing)
    with pytest.raises(deploy.exceptions.DeploymentConfigAlreadyExistsException):
        deploy.create_deployment_config(**config, computePlatform="ECS")
    assert deploy.get_deployment_config(**config)["deploymentConfigInfo"]["trafficRoutingConfig"] == routing
    assert deploy.list_deployment_configs()["deploymentConfigsList"] == ["slow"]
    deploy.delete_deployment_config(**config)
    with pytest.raises(deploy.exceptions.DeploymentConfigDoesNotExistException):
        deploy.get_deployment_config(**config)


# Databases


def make_database(rds: Any, name: str, **more: Any) -> dict[str, Any]:
    made = rds.create_db_instance(
        DBInstanceIdentifier=name,
        Engine="postgres",
        DBInstanceClass="db.t4g.small",
        AllocatedStorage=20,
        MasterUsername="app",
        MasterUserPassword="not-a-secret",
        BackupRetentionPeriod=7,
        EnableIAMDatabaseAuthentication=True,
        **more,
    )
    instance: dict[str, Any] = made["DBInstance"]
    return instance


def test_instances_are_told_apart(client: Clients) -> None:
    rds = client("rds")
    insights = {"EnablePerformanceInsights": True, "PerformanceInsightsKMSKeyId": "arn:aws:kms:::key/1"}
    first, second = make_database(rds, "one", **insights), make_database(rds, "two")
    assert first["DbiResourceId"] != second["DbiResourceId"]
    read = rds.describe_db_instances(DBInstanceIdentifier="one")["DBInstances"][0]
    assert read["PerformanceInsightsEnabled"]
    assert read["PerformanceInsightsRetentionPeriod"] == 7
    assert read["PerformanceInsightsKMSKeyId"] == "arn:aws:kms:::key/1"
    rds.modify_db_instance(DBInstanceIdentifier="one", EnablePerformanceInsights=False)
    assert not rds.describe_db_instances(DBInstanceIdentifier="one")["DBInstances"][0]["PerformanceInsightsEnabled"]
    rds.delete_db_instance(DBInstanceIdentifier="one", SkipFinalSnapshot=True)
    make_database(rds, "one")
    assert not rds.describe_db_instances(DBInstanceIdentifier="one")["DBInstances"][0].get("PerformanceInsightsEnabled")


def test_a_replica_is_no_copy_of_its_primary(client: Clients) -> None:
    rds = client("rds")
    primary = make_database(rds, "one")
    replica = rds.create_db_instance_read_replica(DBInstanceIdentifier="read", SourceDBInstanceIdentifier="one")
    assert replica["DBInstance"]["DbiResourceId"] != primary["DbiResourceId"]
    assert replica["DBInstance"]["BackupRetentionPeriod"] == 0
    assert not replica["DBInstance"]["IAMDatabaseAuthenticationEnabled"]


def test_parameters_were_set_by_the_user(client: Clients) -> None:
    rds = client("rds")
    group = {"DBParameterGroupName": "app"}
    rds.create_db_parameter_group(**group, DBParameterGroupFamily="postgres16", Description="d")
    parameter = {"ParameterName": "rds.force_ssl", "ParameterValue": "1", "ApplyMethod": "immediate"}
    rds.modify_db_parameter_group(**group, Parameters=[parameter])
    assert rds.describe_db_parameters(**group)["Parameters"][0]["Source"] == "user"


def test_backups_are_replicated(client: Clients) -> None:
    source = make_database(client("rds"), "one")["DBInstanceArn"]
    rds = client("rds", "eu-central-1")
    made = rds.start_db_instance_automated_backups_replication(SourceDBInstanceArn=source, BackupRetentionPeriod=14)
    arn = made["DBInstanceAutomatedBackup"]["DBInstanceAutomatedBackupsArn"]
    found = rds.describe_db_instance_automated_backups(DBInstanceAutomatedBackupsArn=arn)
    assert found["DBInstanceAutomatedBackups"][0]["BackupRetentionPeriod"] == 14
    rds.stop_db_instance_automated_backups_replication(SourceDBInstanceArn=source)
    with pytest.raises(ClientError, match="DBInstanceAutomatedBackupNotFound"):
        rds.stop_db_instance_automated_backups_replication(SourceDBInstanceArn=source)
    with pytest.raises(ClientError, match="DBInstanceAutomatedBackupNotFound"):
        rds.describe_db_instance_automated_backups(DBInstanceAutomatedBackupsArn=arn)


# Network, keys, names and buckets


def test_rules_keep_their_descriptions(client: Clients) -> None:
    ec2 = client("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    group = ec2.create_security_group(GroupName="app", Description="d", VpcId=vpc)["GroupId"]
    peers = {
        "UserIdGroupPairs": [{"GroupId": group, "Description": "itself"}],
        "PrefixListIds": [{"PrefixListId": "pl-1", "Description": "edge"}],
        "IpRanges": [{"CidrIp": "10.0.0.0/8", "Description": "inside"}],
    }
    https = {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443}
    for authorize in (ec2.authorize_security_group_ingress, ec2.authorize_security_group_egress):
        for kind, peer in peers.items():
            authorize(GroupId=group, IpPermissions=[{**https, kind: peer}])
    filters = [{"Name": "group-id", "Values": [group]}]
    rules = ec2.describe_security_group_rules(Filters=filters)["SecurityGroupRules"]
    assert sorted(rule.get("Description", "") for rule in rules if rule["IpProtocol"] == "tcp") == (
        ["edge", "edge", "inside", "inside", "itself", "itself"]
    )
    edge = next(rule for rule in rules if rule.get("Description") == "edge")
    changed = {**https, "PrefixListId": "pl-1", "Description": "the edge"}
    ec2.modify_security_group_rules(
        GroupId=group,
        SecurityGroupRules=[{"SecurityGroupRuleId": edge["SecurityGroupRuleId"], "SecurityGroupRule": changed}],
    )
    read = ec2.describe_security_group_rules(SecurityGroupRuleIds=[edge["SecurityGroupRuleId"]])
    assert read["SecurityGroupRules"][0]["Description"] == "the edge"


def test_flow_logs_keep_their_destination(client: Clients) -> None:
    ec2, s3 = client("ec2"), client("s3")
    s3.create_bucket(Bucket="logs", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    options = {"FileFormat": "parquet", "HiveCompatiblePartitions": False, "PerHourPartition": True}
    ec2.create_flow_logs(
        ResourceIds=[vpc],
        ResourceType="VPC",
        TrafficType="ALL",
        LogDestinationType="s3",
        LogDestination="arn:aws:s3:::logs/flow/",
        DestinationOptions=options,
    )
    assert ec2.describe_flow_logs()["FlowLogs"][0]["DestinationOptions"] == options


def test_a_rotation_period_is_kept(client: Clients) -> None:
    kms = client("kms")
    key = kms.create_key()["KeyMetadata"]["KeyId"]
    kms.enable_key_rotation(KeyId=key, RotationPeriodInDays=90)
    assert kms.get_key_rotation_status(KeyId=key)["RotationPeriodInDays"] == 90
    kms.disable_key_rotation(KeyId=key)
    assert "RotationPeriodInDays" not in kms.get_key_rotation_status(KeyId=key)


def test_a_replica_key_has_its_own_attributes(client: Clients) -> None:
    kms = client("kms")
    key = kms.create_key(MultiRegion=True, Description="primary")["KeyMetadata"]
    made = kms.replicate_key(
        KeyId=key["Arn"],
        ReplicaRegion="us-east-1",
        Description="replica",
        Tags=[{"TagKey": "tier", "TagValue": "one"}],
    )
    assert made["ReplicaKeyMetadata"]["MultiRegionConfiguration"]["MultiRegionKeyType"] == "REPLICA"
    there = client("kms", "us-east-1")
    assert there.describe_key(KeyId=key["KeyId"])["KeyMetadata"]["Description"] == "replica"
    assert there.list_resource_tags(KeyId=key["KeyId"])["Tags"] == [{"TagKey": "tier", "TagValue": "one"}]
    here = kms.describe_key(KeyId=key["KeyId"])["KeyMetadata"]
    assert here["Description"] == "primary"
    assert [item["Region"] for item in here["MultiRegionConfiguration"]["ReplicaKeys"]] == ["us-east-1"]
    with pytest.raises(kms.exceptions.UnsupportedOperationException):
        kms.replicate_key(KeyId=key["KeyId"], ReplicaRegion="us-east-1")
    with pytest.raises(kms.exceptions.NotFoundException):
        kms.replicate_key(KeyId="none", ReplicaRegion="us-east-1")


def test_a_private_zone_has_its_vpc(client: Clients) -> None:
    vpc = client("ec2").create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    route53 = client("route53")
    place = {"VPCId": vpc, "VPCRegion": "eu-west-1"}
    made = route53.create_hosted_zone(Name="app.internal", CallerReference="1", VPC=place)
    assert made["HostedZone"]["Config"]["PrivateZone"]
    assert route53.get_hosted_zone(Id=made["HostedZone"]["Id"])["VPCs"] == [place]


def test_queries_are_logged(client: Clients) -> None:
    logs, route53 = client("logs", "us-east-1"), client("route53")
    logs.create_log_group(logGroupName="/aws/route53/example.com")
    policy = {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Action": ["logs:PutLogEvents"],
                "Principal": {"Service": "route53.amazonaws.com"},
                "Resource": "*",
            }
        ],
    }
    logs.put_resource_policy(policyName="dns", policyDocument=json.dumps(policy))
    zone = route53.create_hosted_zone(Name="example.com", CallerReference="1")["HostedZone"]["Id"].split("/")[-1]
    group = f"arn:aws:logs:us-east-1:{ACCOUNT}:log-group:/aws/route53/example.com"
    made = route53.create_query_logging_config(HostedZoneId=zone, CloudWatchLogsLogGroupArn=group)
    assert made["QueryLoggingConfig"]["CloudWatchLogsLogGroupArn"] == group
    read = route53.get_query_logging_config(Id=made["QueryLoggingConfig"]["Id"])
    assert read["QueryLoggingConfig"]["CloudWatchLogsLogGroupArn"] == group


def test_a_replication_keeps_its_rules(client: Clients) -> None:
    s3 = client("s3")
    for name in ("source", "copy"):
        s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
        s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
    rule = {
        "ID": "all",
        "Priority": 1,
        "Status": "Enabled",
        "Filter": {"Prefix": ""},
        "Destination": {"Bucket": "arn:aws:s3:::copy"},
        "DeleteMarkerReplication": {"Status": "Enabled"},
    }
    replication = {"Role": f"arn:aws:iam::{ACCOUNT}:role/r", "Rules": [rule]}
    s3.put_bucket_replication(Bucket="source", ReplicationConfiguration=replication)
    assert s3.get_bucket_replication(Bucket="source")["ReplicationConfiguration"] == replication
    s3.delete_bucket_replication(Bucket="source")
    with pytest.raises(ClientError, match="ReplicationConfigurationNotFoundError"):
        s3.get_bucket_replication(Bucket="source")


DENY = {"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "arn:aws:s3:::logs/*"}


@pytest.mark.parametrize(
    ("services", "action", "resource", "allowed"),
    [
        (["logging.s3.amazonaws.com", "delivery.logs.amazonaws.com"], "s3:PutObject", "arn:aws:s3:::logs/*", True),
        ("logging.s3.amazonaws.com", ["s3:Put*"], ["arn:aws:s3:::logs/access/*"], True),
        ("logging.s3.amazonaws.com", "s3:PutObject", "arn:aws:s3:::logs/other/*", False),
        ("logging.s3.amazonaws.com", "s3:GetObject", "arn:aws:s3:::logs/*", False),
        ("delivery.logs.amazonaws.com", "s3:PutObject", "arn:aws:s3:::logs/*", False),
    ],
)
def test_access_logs_need_a_policy(client: Clients, services: Any, action: Any, resource: Any, allowed: bool) -> None:
    s3 = client("s3")
    for name in ("app", "logs"):
        s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    allow = {"Effect": "Allow", "Principal": {"Service": services}, "Action": action, "Resource": resource}
    s3.put_bucket_policy(Bucket="logs", Policy=json.dumps({"Version": "2012-10-17", "Statement": [DENY, allow]}))
    status = {"LoggingEnabled": {"TargetBucket": "logs", "TargetPrefix": "access/"}}
    if allowed:
        s3.put_bucket_logging(Bucket="app", BucketLoggingStatus=status)
        assert s3.get_bucket_logging(Bucket="app")["LoggingEnabled"] == status["LoggingEnabled"]
    else:
        with pytest.raises(ClientError, match="InvalidTargetBucketForLogging"):
            s3.put_bucket_logging(Bucket="app", BucketLoggingStatus=status)
