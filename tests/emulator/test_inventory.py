"""The inventory: empty at the start and after everything was deleted, and complete in between."""

from __future__ import annotations

from generator.emulator import Emulator, reset
from tests.emulator.conftest import Clients

EVERY_SERVICE = {
    "acm",
    "cloudfront",
    "ec2",
    "ecs",
    "elasticache",
    "elbv2",
    "iam",
    "kms",
    "logs",
    "rds",
    "route53",
    "s3",
}


def test_nothing_exists_at_the_start(client: Clients, emulator: Emulator) -> None:
    client("ec2").describe_vpcs()
    client("iam").list_roles()
    client("iam").list_policies()
    client("elasticache").describe_users()
    client("events").list_event_buses()
    client("kms").describe_key(KeyId="alias/aws/rds")
    client("ssm").get_parameter(Name="/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64")
    found = emulator.inventory()
    assert found["resources"] == {}
    assert found["retained"] == {}
    assert set(found["covers"]) >= EVERY_SERVICE


def test_what_is_made_is_listed_until_it_is_deleted(client: Clients, emulator: Emulator) -> None:
    ec2, logs, cloudwatch = client("ec2"), client("logs", "us-east-1"), client("cloudwatch")
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    subnet = ec2.create_subnet(VpcId=vpc, CidrBlock="10.0.0.0/24")["Subnet"]["SubnetId"]
    logs.create_log_group(logGroupName="app")
    cloudwatch.put_composite_alarm(AlarmName="user-facing", AlarmRule="ALARM(a)")
    assert emulator.inventory()["resources"] == {
        "cloudwatch/CompositeAlarm": ["user-facing"],
        "ec2/subnets": [subnet],
        "ec2/vpcs": [vpc],
        "logs/groups": ["app"],
    }
    cloudwatch.delete_alarms(AlarmNames=["user-facing"])
    logs.delete_log_group(logGroupName="app")
    ec2.delete_subnet(SubnetId=subnet)
    ec2.delete_vpc(VpcId=vpc)
    assert emulator.inventory()["resources"] == {}


def test_what_aws_keeps_after_deletion_is_told_apart(client: Clients, emulator: Emulator) -> None:
    kms, secrets, ecs = client("kms"), client("secretsmanager"), client("ecs")
    key = kms.create_key()["KeyMetadata"]["KeyId"]
    kms.create_alias(AliasName="alias/app", TargetKeyId=key)
    secrets.create_secret(Name="app", SecretString="x")
    family = {"family": "app", "containerDefinitions": [{"name": "app", "image": "app:1", "memory": 128}]}
    task = ecs.register_task_definition(**family)["taskDefinition"]["taskDefinitionArn"]
    assert emulator.inventory()["resources"] == {
        "ecs/task_definitions": [task],
        "kms/aliases": ["alias/app"],
        "kms/keys": [key],
        "secretsmanager/secrets": ["app"],
    }
    kms.delete_alias(AliasName="alias/app")
    kms.schedule_key_deletion(KeyId=key, PendingWindowInDays=7)
    secrets.delete_secret(SecretId="app", RecoveryWindowInDays=7)
    ecs.deregister_task_definition(taskDefinition=task)
    assert emulator.inventory()["resources"] == {}
    assert emulator.inventory()["retained"] == {
        "ecs/task_definitions": [task],
        "kms/keys": [key],
        "secretsmanager/secrets": ["app"],
    }


def test_a_reset_deletes_everything(client: Clients, emulator: Emulator) -> None:
    client("logs").create_log_group(logGroupName="app")
    client("cloudwatch").put_composite_alarm(AlarmName="a", AlarmRule="ALARM(b)")
    reset(emulator)
    assert emulator.inventory()["resources"] == {}
    assert client("ec2").describe_vpcs()["Vpcs"][0]["IsDefault"]
    assert emulator.inventory()["resources"] == {}
