"""What AWS's price list files call what the book prices, written down here apart from offers.yaml.

Usage types, attributes and units are as public code reads them from the files of 2026.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field

from generator.prices.book import FILE

PREFIX = {"us-east-1": "", "ap-south-1": "APS3-", "eu-west-1": "EU-"}
PREFIX_ALWAYS = {**PREFIX, "us-east-1": "USE1-"}
BOOK = [(row["key"], row["region"]) for row in json.loads(FILE.read_bytes())["prices"]]


@dataclass(frozen=True, slots=True)
class Fact:
    """A row of the book and its product; `begin` is where its step begins, `free_below` where a free one ends."""

    key: str
    region: str
    code: str
    family: str
    usage: str
    unit: str
    attributes: dict[str, str] = field(default_factory=dict)
    per: int = 1
    begin: str = "0"
    free_below: str = ""
    place: str | None = None
    term: tuple[str, str] | None = None
    effective: bool = False

    @property
    def file(self) -> tuple[str, str]:
        return self.code, self.region if self.place is None else self.place


def facts() -> list[Fact]:
    """Return what is known of every row that a file has."""
    return [*_classes(), *_regional(), *_single(), *_everywhere()]


def _instance(key: str, region: str) -> Fact | None:
    parts = key.split(".")
    commitment = parts[0] == "commitment"
    service, *rest = parts[commitment:]
    if service == "rds" and rest[0] in ("postgres", "mysql") and rest[1] in ("single", "multi"):
        engine, zones, name = rest[0], rest[1], ".".join(rest[2:5])
        usage = f"{PREFIX[region]}{'InstanceUsage' if zones == 'single' else 'Multi-AZUsage'}:{name}"
        attributes = {
            "databaseEngine": {"postgres": "PostgreSQL", "mysql": "MySQL"}[engine],
            "deploymentOption": {"single": "Single-AZ", "multi": "Multi-AZ"}[zones],
            "licenseModel": "No license required",
            "operation": {"postgres": "CreateDBInstance:0014", "mysql": "CreateDBInstance:0002"}[engine],
            "instanceType": name,
            "locationType": "AWS Region",
        }
        code, family = "AmazonRDS", "Database Instance"
    elif service == "elasticache" and rest[0] in ("redis", "valkey"):
        name = ".".join(rest[1:4])
        usage = f"{PREFIX[region]}NodeUsage:{name}"
        attributes = {"cacheEngine": rest[0].title(), "instanceType": name, "locationType": "AWS Region"}
        code, family = "AmazonElastiCache", "Cache Instance"
    else:
        return None
    ending = parts[-1] if commitment else ""
    terms = {
        "": None,
        "1yr_no_upfront": ("1yr", "No Upfront"),
        "1yr_partial": ("1yr", "Partial Upfront"),
        "1yr_all_upfront": ("1yr", "All Upfront"),
        "3yr_partial_hourly": ("3yr", "Partial Upfront"),
    }
    effective = ending in ("1yr_partial", "1yr_all_upfront")
    return Fact(key, region, code, family, usage, "Hrs", attributes, term=terms[ending], effective=effective)


def _classes() -> Iterator[Fact]:
    for key, region in BOOK:
        fact = _instance(key, region)
        if fact:
            yield fact
        if key.startswith("ec2."):
            yield Fact(key, region, "AmazonEC2", "Compute Instance", f"{PREFIX[region]}BoxUsage:{key[4:]}", "Hrs", {
                "operatingSystem": "Linux", "tenancy": "Shared", "preInstalledSw": "NA", "capacitystatus": "Used",
                "licenseModel": "No License required", "operation": "RunInstances", "instanceType": key[4:],
            })  # fmt: skip


def _regional() -> Iterator[Fact]:
    """Yield what the book has of more than one region."""
    application = {"operation": "LoadBalancing:Application"}
    table: dict[str, tuple[str, str, str, str, dict[str, str]]] = {
        "fargate.x86.vcpu": ("AmazonECS", "Compute", "+Fargate-vCPU-Hours:perCPU", "hours", {}),
        "fargate.x86.gb": ("AmazonECS", "Compute", "+Fargate-GB-Hours", "hours", {}),
        "fargate.arm.vcpu": ("AmazonECS", "Compute", "+Fargate-ARM-vCPU-Hours:perCPU", "hours", {}),
        "fargate.arm.gb": ("AmazonECS", "Compute", "+Fargate-ARM-GB-Hours", "hours", {}),
        "fargate.storage_gb": ("AmazonECS", "Compute", "+Fargate-EphemeralStorage-GB-Hours", "GB-Hours", {}),
        "alb.hour": ("AWSELB", "Load Balancer-Application", "LoadBalancerUsage", "Hrs", application),
        "alb.lcu": ("AWSELB", "Load Balancer-Application", "LCUUsage", "LCU-Hrs", application),
        "nat.hour": ("AmazonEC2", "NAT Gateway", "NatGateway-Hours", "Hrs", {"operation": "NatGateway"}),
        "nat.gb": ("AmazonEC2", "NAT Gateway", "NatGateway-Bytes", "GB", {"operation": "NatGateway"}),
        "nat_regional.zone_hour": ("AmazonEC2", "NAT Gateway", "RegionalNatGateway-Hours", "Hrs", {"operation": "RegionalNatGateway"}),
        "endpoint.hour": ("AmazonVPC", "VpcEndpoint", "+VpcEndpoint-Hours", "Hrs", {"operation": "VpcEndpoint"}),
        "endpoint.gb": ("AmazonVPC", "VpcEndpoint", "+VpcEndpoint-Bytes", "GB", {"operation": "VpcEndpoint"}),
        "ipv4.hour": ("AmazonVPC", "", "+PublicIPv4:InUseAddress", "Hrs", {"group": "VPCPublicIPv4Address"}),
        "ebs.gp3_gb": ("AmazonEC2", "Storage", "EBS:VolumeUsage.gp3", "GB-Mo", {"volumeApiName": "gp3"}),
        "transfer.out_gb": ("AWSDataTransfer", "Data Transfer", "DataTransfer-Out-Bytes", "GB", {"transferType": "AWS Outbound", "toLocation": "External"}),
        "transfer.zone_gb": ("AWSDataTransfer", "Data Transfer", "DataTransfer-Regional-Bytes", "GB", {"transferType": "IntraRegion"}),
        "s3.storage_gb": ("AmazonS3", "Storage", "TimedStorage-ByteHrs", "GB-Mo", {"volumeType": "Standard", "storageClass": "General Purpose"}),
        "rds.storage.gp2.single": ("AmazonRDS", "Database Storage", "RDS:GP2-Storage", "GB-Mo", {"databaseEngine": "PostgreSQL", "deploymentOption": "Single-AZ", "volumeType": "General Purpose"}),
        "rds.storage.gp3.single": ("AmazonRDS", "Database Storage", "RDS:GP3-Storage", "GB-Mo", {"databaseEngine": "PostgreSQL", "deploymentOption": "Single-AZ", "volumeType": "General Purpose-GP3"}),
        "rds.storage.gp2.multi": ("AmazonRDS", "Database Storage", "RDS:Multi-AZ-GP2-Storage", "GB-Mo", {"databaseEngine": "PostgreSQL", "deploymentOption": "Multi-AZ", "volumeType": "General Purpose"}),
        "rds.storage.gp3.multi": ("AmazonRDS", "Database Storage", "RDS:Multi-AZ-GP3-Storage", "GB-Mo", {"databaseEngine": "PostgreSQL", "deploymentOption": "Multi-AZ", "volumeType": "General Purpose-GP3"}),
    }  # fmt: skip
    for key, region in BOOK:
        if key in table:
            code, family, usage, unit, attributes = table[key]
            prefix = PREFIX_ALWAYS if usage.startswith("+") else PREFIX
            yield Fact(key, region, code, family, prefix[region] + usage.lstrip("+"), unit, attributes)


def _single() -> Iterator[Fact]:
    """Yield what the book has of us-east-1 only."""
    here = "us-east-1"
    for key, code, family, usage, unit, per, attributes in (
        ("rds.backup_gb", "AmazonRDS", "Storage Snapshot", "RDS:ChargedBackupUsage", "GB-Mo", 1, {"databaseEngine": "PostgreSQL"}),
        ("rds.proxy_vcpu", "AmazonRDS", "Database Proxy", "USE1-RDS:ProxyUsage", "Hrs", 1, {"databaseEngine": "PostgreSQL"}),
        ("rds.credit_vcpu", "AmazonRDS", "CPU Credits", "CPUCredits:db.t4g", "vCPU-Hours", 1, {"databaseEngine": "PostgreSQL"}),
        ("elasticache.backup_gb", "AmazonElastiCache", "Storage Snapshot", "ElastiCache:BackupUsage", "GB-Mo", 1, {}),
        ("s3.put_1k", "AmazonS3", "API Request", "Requests-Tier1", "Requests", 1000, {"group": "S3-API-Tier1"}),
        ("s3.get_1k", "AmazonS3", "API Request", "Requests-Tier2", "Requests", 1000, {"group": "S3-API-Tier2"}),
        ("ecr.gb", "AmazonECR", "EC2 Container Registry", "TimedStorage-ByteHrs", "GB-Mo", 1, {"storageType": "S3"}),
        ("secrets.secret", "AWSSecretsManager", "Secret", "USE1-AWSSecretsManager-Secrets", "Secrets", 1, {}),
        ("secrets.calls_10k", "AWSSecretsManager", "API Request", "USE1-AWSSecretsManagerAPIRequest", "API Requests", 10000, {}),
        ("kms.key", "awskms", "Encryption Key", "us-east-1-KMS-Keys", "Keys", 1, {}),
        ("kms.calls_10k", "awskms", "API Request", "us-east-1-KMS-Requests", "Requests", 10000, {}),
        ("cloudwatch.alarm", "AmazonCloudWatch", "Alarm", "CW:AlarmMonitorUsage", "Alarms", 1, {}),
        ("cloudwatch.alarm_high_resolution", "AmazonCloudWatch", "Alarm", "CW:HighResAlarmMonitorUsage", "Alarms", 1, {}),
        ("cloudwatch.composite_alarm", "AmazonCloudWatch", "Alarm", "CW:CompositeAlarmMonitorUsage", "Alarms", 1, {}),
        ("cloudwatch.metric", "AmazonCloudWatch", "Metric", "CW:MetricMonitorUsage", "Metrics", 1, {}),
        ("cloudwatch.logs_ingest_gb", "AmazonCloudWatch", "Data Payload", "DataProcessing-Bytes", "GB", 1, {"operation": "PutLogEvents"}),
        ("cloudwatch.logs_storage_gb", "AmazonCloudWatch", "Storage Snapshot", "TimedStorage-ByteHrs", "GB-Mo", 1, {}),
        ("cloudwatch.insights_gb", "AmazonCloudWatch", "Data Payload", "DataScanned-Bytes", "GB", 1, {}),
        ("waf.acl", "awswaf", "Web Application Firewall", "USE1-WebACLV2", "Month", 1, {}),
        ("waf.rule", "awswaf", "Web Application Firewall", "USE1-RuleV2", "Month", 1, {}),
        ("waf.requests_1m", "awswaf", "Web Application Firewall", "USE1-RequestV2-Tier1", "Request", 1000000, {}),
    ):  # fmt: skip
        yield Fact(key, here, code, family, usage, unit, attributes, per)
    email = ("AmazonSNS", "Message Delivery", "DeliveryAttempts-SMTP", "Notifications")
    yield Fact("sns.email_100k", here, *email, per=100000, begin="1000", free_below="1000")
    published = ("AmazonSNS", "API Request", "Requests-Tier1", "Requests")
    yield Fact("sns.requests_1m", here, *published, per=1000000, begin="1000000", free_below="1000000")
    dashboard = ("AmazonCloudWatch", "Dashboard", "DashboardsUsageHour", "Dashboards")
    yield Fact("cloudwatch.dashboard", here, *dashboard, place="", begin="3", free_below="3")


def _everywhere() -> Iterator[Fact]:
    edges = {"us": "US", "europe": "EU", "africa": "ZA", "south_america": "SA", "japan": "JP", "australia": "AU", "asia": "AP", "india": "IN"}  # fmt: skip
    for edge, prefix in edges.items():
        usage = f"{prefix}-DataTransfer-Out-Bytes"
        yield Fact(f"cloudfront.out_gb.{edge}", "edge", "AmazonCloudFront", "Data Transfer", usage, "GB", place="")
    for edge in ("us", "india"):
        usage = f"{edges[edge]}-DataTransfer-Out-OBytes"
        yield Fact(
            f"cloudfront.to_origin_gb.{edge}", "edge", "AmazonCloudFront", "Data Transfer", usage, "GB", place=""
        )
    for key, usage in (
        ("https_10k.us", "US-Requests-Tier2-HTTPS"),
        ("https_10k.other", "EU-Requests-Tier2-HTTPS"),
        ("http_10k.us", "US-Requests-Tier1"),
    ):
        yield Fact(f"cloudfront.{key}", "edge", "AmazonCloudFront", "Request", usage, "Requests", per=10000, place="")
    names = ("global", "AmazonRoute53")
    yield Fact("route53.zone", *names, "DNS Zone", "HostedZone", "HostedZone", place="")
    queries = {"routingType": "Standard"}
    yield Fact("route53.queries_1m", *names, "DNS Query", "DNS-Queries", "Queries", queries, 1000000, place="")
    aws = ("DNS Health Check", "Health-Check-AWS", "Mo")
    yield Fact("route53.health_check.aws", *names, *aws, place="", begin="50", free_below="50")
    yield Fact("route53.health_check.other", *names, "DNS Health Check", "Health-Check-Non-AWS", "Mo", place="")
