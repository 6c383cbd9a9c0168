"""Network, keys, names and buckets: what the emulator adds, through an SDK."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from generator.emulator import Emulator
from tests.emulator.conftest import Clients

ACCOUNT = "123456789012"


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


def test_a_subnet_is_found_by_its_ipv6_association(client: Clients) -> None:
    ec2 = client("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16", AmazonProvidedIpv6CidrBlock=True)["Vpc"]
    network = ec2.describe_vpcs(VpcIds=[vpc["VpcId"]])["Vpcs"][0]["Ipv6CidrBlockAssociationSet"][0]["Ipv6CidrBlock"]
    block = {"CidrBlock": "10.0.0.0/24", "Ipv6CidrBlock": network.replace("/56", "/64")}
    subnet = ec2.create_subnet(VpcId=vpc["VpcId"], **block)["Subnet"]
    association = subnet["Ipv6CidrBlockAssociationSet"][0]["AssociationId"]

    def found(name: str) -> list[str]:
        filters = [{"Name": "ipv6-cidr-block-association.association-id", "Values": [name]}]
        return [item["SubnetId"] for item in ec2.describe_subnets(Filters=filters)["Subnets"]]

    assert found(association) == [subnet["SubnetId"]]
    assert found("none") == []


def test_a_nat_gateway_leaves_nothing_behind(client: Clients, emulator: Emulator) -> None:
    ec2 = client("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    subnet = ec2.create_subnet(VpcId=vpc, CidrBlock="10.0.0.0/24")["Subnet"]["SubnetId"]
    gateway = ec2.create_nat_gateway(SubnetId=subnet, ConnectivityType="private")["NatGateway"]["NatGatewayId"]
    assert "ec2/network_interfaces" in emulator.inventory()["resources"]
    ec2.delete_nat_gateway(NatGatewayId=gateway)
    assert not {"ec2/nat_gateways", "ec2/network_interfaces"} & set(emulator.inventory()["resources"])


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
        s3.delete_bucket(Bucket="logs")  # nothing is logged, so it is empty
    else:
        with pytest.raises(ClientError, match="InvalidTargetBucketForLogging"):
            s3.put_bucket_logging(Bucket="app", BucketLoggingStatus=status)
