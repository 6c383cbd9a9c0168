"""Tier 1 against the reference architecture: one check on the real plan for each row that the README ticks.

A row that is not ticked has no check here; the README and this table must agree.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import tftest

from tests.conftest import PROJECT, Ran

ROWS: dict[str, Callable[[Reading], None]] = {}


class Reading:
    """Looks things up in a plan: planned values, what is unknown, and what refers to what."""

    def __init__(self, document: dict[str, Any]) -> None:
        self.plan = tftest.TerraformPlanOutput(document)

    def all(self, component: str, kind: str) -> dict[str, dict[str, Any]]:
        """Return the planned values of all resources of a type in a component, by address within it."""
        resources = self.plan.modules[f"module.{component}"].resources
        return {address: item["values"] for address, item in resources.items() if item["type"] == kind}

    def one(self, component: str, kind: str) -> dict[str, Any]:
        """Return the planned values of the only resource of a type in a component."""
        [values] = self.all(component, kind).values()
        return values

    def references(self, component: str, argument: str) -> set[str]:
        """Return what an argument of a component's module call refers to."""
        expression = self.plan.configuration["root_module"]["module_calls"][component]["expressions"][argument]
        return set(_references(expression))


def _references(expression: Any) -> Iterator[str]:
    if isinstance(expression, dict):
        yield from expression.get("references", [])
        for value in expression.values():
            yield from _references(value)
    elif isinstance(expression, list):
        for value in expression:
            yield from _references(value)


def row(title: str) -> Callable[[Callable[[Reading], None]], Callable[[Reading], None]]:
    """Register the check of a row of the architecture."""

    def register(check: Callable[[Reading], None]) -> Callable[[Reading], None]:
        ROWS[title] = check
        return check

    return register


@pytest.fixture(scope="module")
def reading(tier1_json: dict[str, Any]) -> Reading:
    return Reading(tier1_json)


@row("CloudFront for static files, media and API responses")
def cloudfront(tier: Reading) -> None:
    distribution = tier.one("edge", "aws_cloudfront_distribution")
    origins = {item["path_pattern"]: item["target_origin_id"] for item in distribution["ordered_cache_behavior"]}
    assert origins == {"/api/*": "application", "/media/*": "media", "/static/*": "static"}
    assert distribution["default_cache_behavior"][0]["target_origin_id"] == "application"
    assert distribution["enabled"] is True
    assert "module.edge.distribution_arn" in tier.references("storage", "cloudfront_distribution_arn")


@row("Application Load Balancer: TLS termination, health checks, only healthy tasks")
def load_balancer(tier: Reading) -> None:
    listener = tier.one("balancer", "aws_lb_listener")
    assert (listener["port"], listener["protocol"]) == (443, "HTTPS")
    [check] = tier.one("balancer", "aws_lb_target_group")["health_check"]
    assert (check["enabled"], check["path"], check["matcher"]) == (True, "/healthz/", "200")
    assert "module.balancer.target_group_arns" in tier.references("web", "load_balancer")


@row("ECS Fargate: 3 tasks of 2 vCPU / 4 GB, auto-scaled")
def fargate(tier: Reading) -> None:
    task = tier.all("web", "aws_ecs_task_definition")["aws_ecs_task_definition.this"]
    assert (task["cpu"], task["memory"], task["requires_compatibilities"]) == ("2048", "4096", ["FARGATE"])
    service = tier.one("web", "aws_ecs_service")
    assert service["desired_count"] == 3
    assert service["network_configuration"][0]["assign_public_ip"] is False
    scaling = tier.one("web", "aws_appautoscaling_target")
    assert (scaling["min_capacity"], scaling["max_capacity"]) == (3, 9)


@row("RDS PostgreSQL db.t3.medium, Multi-AZ, automated backups")
def database(tier: Reading) -> None:
    primary = tier.one("database", "aws_db_instance")
    assert (primary["engine"], primary["instance_class"], primary["multi_az"]) == ("postgres", "db.t3.medium", True)
    assert primary["backup_retention_period"] >= 7


@row("ElastiCache Redis cache.t3.micro for sessions, query cache, rate limits")
def cache(tier: Reading) -> None:
    group = tier.one("cache", "aws_elasticache_replication_group")
    assert (group["engine"], group["node_type"]) == ("redis", "cache.t3.micro")
    assert "module.cache.primary_endpoint" in tier.references("web", "environment")


@row("S3 for media, static files and backups")
def storage(tier: Reading) -> None:
    assert set(tier.all("storage", "aws_s3_bucket")) == {
        f'aws_s3_bucket.this["{key}"]' for key in ("backups", "logs", "media", "static")
    }
    for block in tier.all("storage", "aws_s3_bucket_public_access_block").values():
        assert all(
            block[name]
            for name in ("block_public_acls", "block_public_policy", "ignore_public_acls", "restrict_public_buckets")
        )
    assert len(tier.all("storage", "aws_s3_bucket_server_side_encryption_configuration")) == 4
    assert {
        item["versioning_configuration"][0]["status"]
        for item in tier.all("storage", "aws_s3_bucket_versioning").values()
    } == {"Enabled"}


@row("Secrets Manager: database password, JWT and encryption keys, third-party keys")
def secrets(tier: Reading) -> None:
    names = {item["name"] for item in tier.all("secrets", "aws_secretsmanager_secret").values()}
    assert names == {
        f"campshub360/{name}"
        for name in ("django-secret-key", "jwt-signing-key", "field-encryption-key", "third-party")
    }
    assert tier.one("database", "aws_db_instance")["manage_master_user_password"] is True
    assert {"module.database.master_secret_arn", "module.secrets.secret_arns"} <= tier.references("web", "secrets")


@row("CloudWatch: application metrics, error tracking, cost monitoring, alerting")
def cloudwatch(tier: Reading) -> None:
    assert len(tier.all("monitoring", "aws_cloudwatch_metric_alarm")) > 25
    assert tier.one("monitoring", "aws_cloudwatch_log_metric_filter")["pattern"] == "?ERROR ?CRITICAL ?Traceback"
    assert float(tier.one("monitoring", "aws_budgets_budget")["limit_amount"]) == 175
    assert len(tier.all("monitoring", "aws_sns_topic_subscription")) == 2
    assert tier.one("monitoring", "aws_cloudwatch_dashboard")["dashboard_name"] == "campshub360"


@row("Route 53: hosted zone and records")
def dns(tier: Reading) -> None:
    assert tier.one("dns", "aws_route53_zone")["name"] == "campshub360.example.com"
    records = {(item["name"], item["type"]) for item in tier.all("dns", "aws_route53_record").values() if item["alias"]}
    names = ("campshub360.example.com", "www.campshub360.example.com")
    assert records == {(name, kind) for name in names for kind in ("A", "AAAA")}
    assert "module.edge.domain_name" in tier.references("dns", "distribution_domain_name")


@row("Auto-scaling on CPU and on memory")
def auto_scaling(tier: Reading) -> None:
    policies = tier.all("web", "aws_appautoscaling_policy").values()
    metrics = {
        item["target_tracking_scaling_policy_configuration"][0]["predefined_metric_specification"][0][
            "predefined_metric_type"
        ]
        for item in policies
    }
    assert metrics == {"ECSServiceAverageCPUUtilization", "ECSServiceAverageMemoryUtilization"}


@row("Multi-AZ for high availability")
def zones(tier: Reading) -> None:
    subnets = tier.all("network", "aws_subnet").values()
    for layer in ("public", "private", "database"):
        own = {item["availability_zone"] for item in subnets if layer in item["tags"]["Name"]}
        assert len(own) == 3, layer
    assert tier.one("database", "aws_db_instance")["multi_az"] is True
    assert tier.one("cache", "aws_elasticache_replication_group")["multi_az_enabled"] is True
    for component in ("web", "balancer"):
        assert tier.references(component, "subnet_ids") == {"module.network.private_subnet_ids", "module.network"}


@row("Automated backups and point-in-time recovery")
def backups(tier: Reading) -> None:
    primary = tier.one("database", "aws_db_instance")
    assert primary["backup_retention_period"] == 7
    assert (primary["delete_automated_backups"], primary["skip_final_snapshot"]) == (False, False)
    assert tier.one("cache", "aws_elasticache_replication_group")["snapshot_retention_limit"] == 7


@row("TLS for all communications")
def tls(tier: Reading) -> None:
    distribution = tier.one("edge", "aws_cloudfront_distribution")
    assert distribution["viewer_certificate"][0]["minimum_protocol_version"] == "TLSv1.2_2021"
    behaviours = [*distribution["default_cache_behavior"], *distribution["ordered_cache_behavior"]]
    assert {item["viewer_protocol_policy"] for item in behaviours} <= {"redirect-to-https", "https-only"}
    [endpoint] = tier.one("edge", "aws_cloudfront_vpc_origin")["vpc_origin_endpoint_config"]
    assert endpoint["origin_protocol_policy"] == "https-only"
    assert tier.one("balancer", "aws_lb_listener")["protocol"] == "HTTPS"
    assert tier.one("balancer", "aws_lb_target_group")["protocol"] == "HTTPS"
    parameters = {item["name"]: item["value"] for item in tier.one("database", "aws_db_parameter_group")["parameter"]}
    assert parameters["rds.force_ssl"] == "1"
    cache_group = tier.one("cache", "aws_elasticache_replication_group")
    assert (cache_group["transit_encryption_enabled"], cache_group["transit_encryption_mode"]) == (True, "required")


@row("VPC isolation and security groups")
def isolation(tier: Reading) -> None:
    ingress = {
        f"{component} {item['description']}": (item["from_port"], item["to_port"], item["cidr_ipv4"], item["cidr_ipv6"])
        for component in ("balancer", "web", "database", "cache", "network")
        for item in tier.all(component, "aws_vpc_security_group_ingress_rule").values()
    }
    assert {name.split()[0]: ports[:2] for name, ports in ingress.items() if not name.startswith("network")} == {
        "balancer": (443, 443), "web": (8443, 8443), "database": (5432, 5432), "cache": (6379, 6379)
    }  # fmt: skip
    assert all(rule[2] not in ("0.0.0.0/0",) and rule[3] is None for rule in ingress.values())
    for component in ("database", "cache"):
        assert tier.all(component, "aws_vpc_security_group_egress_rule") == {}
        assert "module.web.security_group_id" in tier.references(component, "client_security_group_ids")
    assert "module.balancer.security_group_id" in tier.references("web", "load_balancer")
    assert tier.one("database", "aws_db_instance")["publicly_accessible"] is False
    assert tier.one("network", "aws_flow_log")["traffic_type"] == "ALL"
    routes = tier.all("network", "aws_route")
    assert not [address for address in routes if "database" in address]


@row("CloudWatch monitoring and alerting")
def alerting(tier: Reading) -> None:
    names = {item["alarm_name"] for item in tier.all("monitoring", "aws_cloudwatch_metric_alarm").values()}
    wanted = (
        "loadbalancer-p95",
        "service-errors",
        "service-cpu",
        "service-too-few-tasks",
        "database-cpu-credits",
        "database-free-storage",
        "cache-memory-001",
        "edge-errors",
    )
    assert {f"campshub360-{name}" for name in wanted} <= names
    for address, change in tier.plan.resource_changes.items():
        if "module.monitoring.aws_cloudwatch_metric_alarm" in address:
            assert change["change"]["after_unknown"]["alarm_actions"], address
    p95 = tier.all("monitoring", "aws_cloudwatch_metric_alarm")['aws_cloudwatch_metric_alarm.this["loadbalancer-p95"]']
    assert p95["threshold"] == 0.2, "the objective's 200 ms"


@row("Health checks and automatic failover")
def failover(tier: Reading) -> None:
    containers = tier.all("web", "aws_ecs_task_definition")["aws_ecs_task_definition.this"].get("container_definitions")
    if containers is not None:
        assert json.loads(containers)[0]["healthCheck"]
    [breaker] = tier.one("web", "aws_ecs_service")["deployment_circuit_breaker"]
    assert (breaker["enable"], breaker["rollback"]) == (True, True)
    group = tier.one("cache", "aws_elasticache_replication_group")
    assert (group["automatic_failover_enabled"], group["num_cache_clusters"]) == (True, 2)
    assert tier.one("database", "aws_db_instance")["multi_az"] is True


@row("Global content delivery with CloudFront")
def delivery(tier: Reading) -> None:
    distribution = tier.one("edge", "aws_cloudfront_distribution")
    assert (distribution["is_ipv6_enabled"], distribution["http_version"]) == (True, "http2and3")
    assert distribution["aliases"] == ["campshub360.example.com", "www.campshub360.example.com"]
    [static] = [item for item in distribution["ordered_cache_behavior"] if item["path_pattern"] == "/static/*"]
    assert static["compress"] is True


@pytest.mark.parametrize("title", ROWS)
def test_tier1_has(title: str, reading: Reading) -> None:
    ROWS[title](reading)


def test_the_readme_ticks_exactly_the_rows_that_are_checked() -> None:
    text = (PROJECT / "README.md").read_text()
    ticked = set(re.findall(r"^\| (.+?) +\| yes +\|", text, re.MULTILINE))
    open_rows = set(re.findall(r"^\| (.+?) +\| not yet +\|", text, re.MULTILINE))
    assert ticked == set(ROWS)
    assert open_rows
    assert not ticked & open_rows


def test_the_plan_warns_of_nothing(tier1_ran: Ran, tier1_folder: Path) -> None:
    assert tier1_ran.err == ""
    assert "deprecated" not in (tier1_folder / ".tierform" / "terraform.log").read_text().lower()


def test_every_taggable_resource_is_tagged(tier1_json: dict[str, Any]) -> None:
    wanted = {"application", "tier", "environment", "owner", "cost-centre", "managed-by"}
    for change in tier1_json["resource_changes"]:
        tags = (change["change"]["after"] or {}).get("tags_all")
        if tags is not None:
            assert wanted <= set(tags), change["address"]


def test_it_is_deletion_protected(reading: Reading) -> None:
    assert reading.one("database", "aws_db_instance")["deletion_protection"] is True
    assert reading.one("balancer", "aws_lb")["enable_deletion_protection"] is True
