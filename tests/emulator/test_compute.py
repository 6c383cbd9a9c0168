"""ECS, its scaling and deployment, and RDS: what the emulator adds, through an SDK."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from generator.emulator import Emulator
from tests.emulator.conftest import Clients


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
    assert "slow" in deploy.list_deployment_configs()["deploymentConfigsList"]
    deploy.delete_deployment_config(**config)
    with pytest.raises(deploy.exceptions.DeploymentConfigDoesNotExistException):
        deploy.get_deployment_config(**config)


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


def test_instances_are_told_apart(client: Clients, emulator: Emulator) -> None:
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
    assert emulator.inventory()["resources"]["rds/instances"] == ["one", "two"]
    rds.delete_db_instance(DBInstanceIdentifier="one", FinalDBSnapshotIdentifier="last")
    assert emulator.inventory()["retained"]["rds/snapshots"] == ["last"]
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


def test_a_subscription_to_events_is_changed(client: Clients) -> None:
    rds = client("rds")
    for name in ("one", "two"):
        make_database(rds, name)
    subscription = {"SubscriptionName": "app"}
    topic = "arn:aws:sns:eu-west-1:123456789012:t"
    rds.create_event_subscription(**subscription, SnsTopicArn=topic, SourceType="db-instance", SourceIds=["one"])
    rds.modify_event_subscription(**subscription, EventCategories=["failover"], Enabled=False)
    rds.add_source_identifier_to_subscription(**subscription, SourceIdentifier="two")
    rds.remove_source_identifier_from_subscription(**subscription, SourceIdentifier="one")
    read = rds.describe_event_subscriptions(**subscription)["EventSubscriptionsList"][0]
    assert read["EventCategoriesList"] == ["failover"]
    assert read["SourceIdsList"] == ["two"]
    assert not read["Enabled"]
    with pytest.raises(ClientError, match="SubscriptionNotFound"):
        rds.modify_event_subscription(SubscriptionName="none")
