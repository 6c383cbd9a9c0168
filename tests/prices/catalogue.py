"""Offer files with every product of the book among its likes; the prices are made up, each its own."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count

from tests.prices.facts import PREFIX, Fact, facts
from tests.prices.files import Files, Price

Rename = Callable[[str], str]


def same(usage: str) -> str:
    """Keep the usage type: what differs is another attribute."""
    return usage


def starting(prefix: str, usage: str = "") -> Rename:
    """Put a prefix after the region's own, and another name before what follows the colon."""

    def rename(old: str) -> str:
        region = next((it for it in PREFIX.values() if it and old.startswith(it)), "")
        name = old.removeprefix(region)
        return region + prefix + (usage + name[name.rindex(":") :] if usage else name)

    return rename


def instead(old: str, new: str) -> Rename:
    """Put one word in place of another."""
    return lambda usage: usage.replace(old, new) if old in usage else usage + "-Other"


# What a careless selector would take: offer, family ("" any), family of the decoy ("" the same), usage type, attributes.
DECOYS: tuple[tuple[str, str, str, Rename, dict[str, str]], ...] = (
    ("AmazonRDS", "Database Instance", "", same, {"databaseEngine": "MariaDB", "operation": "CreateDBInstance:0018"}),
    ("AmazonRDS", "Database Instance", "", same, {"databaseEngine": "Aurora PostgreSQL", "operation": "CreateDBInstance:0021"}),
    ("AmazonRDS", "Database Instance", "", same, {"databaseEngine": "Oracle", "licenseModel": "Bring your own license"}),
    ("AmazonRDS", "Database Instance", "", same, {"databaseEngine": "SQL Server", "licenseModel": "License included"}),
    ("AmazonRDS", "Database Instance", "", same, {"licenseModel": "License included", "operation": "CreateDBInstance:0028"}),
    ("AmazonRDS", "Database Instance", "", starting("", "InstanceUsageIOOptimized"), {"databaseEngine": "Aurora PostgreSQL"}),
    ("AmazonRDS", "Database Instance", "", starting("", "Multi-AZClusterUsage"), {"deploymentOption": "Multi-AZ (readable standbys)"}),
    ("AmazonRDS", "Database Instance", "", starting("Outposts-"), {"locationType": "AWS Outposts"}),
    ("AmazonRDS", "Database Instance", "", starting("Mirror-"), {}),
    ("AmazonRDS", "Database Instance", "RDS Extended Support", starting("ExtendedSupport:Yr1-Yr2:"), {}),
    ("AmazonRDS", "Database Storage", "", same, {"databaseEngine": "MySQL"}),
    ("AmazonRDS", "Database Storage", "", same, {"databaseEngine": "Any"}),
    ("AmazonRDS", "Database Storage", "", starting("Mirror-"), {"deploymentOption": "Multi-AZ (readable standbys)"}),
    ("AmazonRDS", "Storage Snapshot", "", same, {"databaseEngine": "MySQL"}),
    ("AmazonRDS", "Storage Snapshot", "", instead("RDS:", "RDSCustom:"), {}),
    ("AmazonRDS", "Database Proxy", "", same, {"databaseEngine": "MySQL"}),
    ("AmazonRDS", "CPU Credits", "", same, {"databaseEngine": "MySQL"}),
    ("AmazonElastiCache", "Cache Instance", "", same, {"cacheEngine": "Memcached"}),
    ("AmazonElastiCache", "Cache Instance", "", same, {"locationType": "AWS Outposts"}),
    ("AmazonElastiCache", "Cache Instance", "", starting("ExtendedSupport-Yr1-Yr2-"), {}),
    ("AmazonEC2", "Compute Instance", "", same, {"operatingSystem": "Windows", "licenseModel": "License Included"}),
    ("AmazonEC2", "Compute Instance", "", same, {"operatingSystem": "Windows", "licenseModel": "Bring your own license"}),
    ("AmazonEC2", "Compute Instance", "", same, {"preInstalledSw": "SQL Std"}),
    ("AmazonEC2", "Compute Instance", "", same, {"tenancy": "Host"}),
    ("AmazonEC2", "Compute Instance", "", same, {"capacitystatus": "AllocatedCapacityReservation"}),
    ("AmazonEC2", "Compute Instance", "", starting("", "SpotUsage"), {}),
    ("AmazonEC2", "Compute Instance", "", starting("", "DedicatedUsage"), {"tenancy": "Dedicated"}),
    ("AmazonEC2", "NAT Gateway", "", instead("NatGateway", "NatGateway-Prvd"), {}),
    ("AmazonEC2", "Storage", "", instead("gp3", "gp2"), {"volumeApiName": "gp2"}),
    ("AmazonECS", "", "", instead("Fargate-", "Fargate-Windows-"), {"operatingSystem": "Windows"}),
    ("AmazonECS", "", "", instead("Fargate-", "SpotUsage-Fargate-"), {}),
    ("AWSELB", "", "Load Balancer-Network", same, {"operation": "LoadBalancing:Network"}),
    ("AWSELB", "", "", starting("Outposts-"), {}),
    ("AWSELB", "", "", starting("Reserved"), {}),
    ("AmazonVPC", "VpcEndpoint", "", instead("VpcEndpoint-", "VpcEndpoint-GWLBE-"), {}),
    ("AmazonVPC", "", "", instead("InUse", "Idle"), {}),
    ("AmazonS3", "Storage", "", same, {"volumeType": "INTAAS3ObjectOverhead"}),
    ("AmazonS3", "Storage", "", instead("TimedStorage-", "TimedStorage-SIA-"), {"volumeType": "Standard - Infrequent Access"}),
    ("AmazonS3", "API Request", "", instead("Requests-", "Requests-SIA-"), {"group": "S3-API-SIA-Tier1"}),
    ("AWSDataTransfer", "", "", same, {"transferType": "InterRegion Outbound", "toLocation": "EU (Paris)"}),
    ("AWSDataTransfer", "", "", instead("DataTransfer-", "USW2-AWS-"), {"transferType": "InterRegion Outbound"}),
    ("AmazonCloudWatch", "", "", instead("TimedStorage-", "TimedStorage-IA-"), {}),
    ("AmazonCloudWatch", "", "API Request", same, {}),
    ("AmazonSNS", "", "", instead("SMTP", "HTTP"), {}),
    ("awskms", "", "", instead("Requests", "Requests-Asymmetric"), {}),
    ("AWSSecretsManager", "", "", instead("Secrets", "ManagedSecrets"), {}),
    ("AmazonECR", "", "", instead("TimedStorage-", "TimedStorage-Archive-"), {}),
    ("awswaf", "", "", instead("USE1-", "USE1-ShieldProtected-"), {}),
    ("AmazonCloudFront", "Data Transfer", "", instead("DataTransfer-", "Shield-"), {}),
    ("AmazonCloudFront", "Request", "", instead("Requests-", "Requests-Proxy-"), {}),
    ("AmazonRoute53", "DNS Query", "", same, {"routingType": "Latency Based Routing"}),
    ("AmazonRoute53", "DNS Health Check", "", instead("Check-", "Check-Option-"), {}),
    ("AmazonRoute53", "DNS Zone", "DNS Domain Names", same, {}),
)  # fmt: skip


def catalogue() -> tuple[Files, dict[tuple[str, str], float]]:
    """Return the files, and what each row of the book is to be."""
    files = Files()
    expected: dict[tuple[str, str], float] = {}
    for number, fact in zip(count(101), facts(), strict=False):
        sku = files.product(*fact.file, fact.family, fact.usage, fact.attributes)
        price = f"{number / 1000 / fact.per:.12f}"
        if fact.term is None:
            files.on_demand(*fact.file, sku, _steps(fact, price))
            expected[fact.key, fact.region] = round(float(price) * fact.per, 9)
        else:
            hourly = "0.0000000000" if fact.term[1] == "All Upfront" else price
            files.reserved(*fact.file, sku, *fact.term, hourly, "0" if fact.term[1] == "No Upfront" else "876")
            # A fee of 876 USD for a year of 8760 hours is 0.1 USD an hour.
            expected[fact.key, fact.region] = round(float(hourly) + (0.1 if fact.effective else 0.0), 6)
        for code, family, other, rename, attributes in DECOYS:
            if code == fact.code and family in ("", fact.family):
                usage, differing = rename(fact.usage), {**fact.attributes, **attributes}
                like = files.product(*fact.file, other or fact.family, usage, differing)
                if like != sku:
                    files.on_demand(*fact.file, like, [Price("999.0", fact.unit)])
    return files, expected


def _steps(fact: Fact, price: str) -> list[Price]:
    free = [Price("0.0000000000", fact.unit, "0", fact.free_below)] if fact.free_below else []
    last = "500000000"
    return [*free, Price(price, fact.unit, fact.begin, last), Price("0.000000000001", fact.unit, last)]
