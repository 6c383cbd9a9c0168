"""Rows: tasks, CloudWatch's parts, the contract with the application, reservations, the figures in alarms, the shape."""

from __future__ import annotations

import re

from tests.features.mutation import answer, change, delete, drop, redirect, redirect_output, source, unset
from tests.features.reading import Reading, written_references
from tests.features.row import Row, Tier

TASK = "aws_ecs_task_definition.this"
SERVICE = "aws_ecs_service.blue_green[0]"

tasks = Row("ECS Fargate: tasks of 2 vCPU / 4 GB, 3 in tier 1 and 6 in tier 2")


@tasks.proves(
    change("web", TASK, "cpu", to="1024"),
    change("web", TASK, "memory", to="2048"),
    change("web", TASK, "requires_compatibilities", to=["EC2"]),
)
def of_2_vcpu_and_4_gb_on_fargate(reading: Reading, tier: Tier) -> None:
    task = reading.one("web", TASK)
    assert (task["cpu"], task["memory"], task["requires_compatibilities"]) == ("2048", "4096", ["FARGATE"])


@tasks.proves(change("web", SERVICE, "desired_count", to=1))
def as_many_as_the_tier_has(reading: Reading, tier: Tier) -> None:
    assert reading.one("web", SERVICE)["desired_count"] == tier.tasks


@tasks.proves(change("web", SERVICE, "capacity_provider_strategy", {"capacity_provider": "FARGATE"}, "base", to=0))
def some_of_them_never_on_spot(reading: Reading, tier: Tier) -> None:
    strategy = {
        item["capacity_provider"]: item["base"] for item in reading.one("web", SERVICE)["capacity_provider_strategy"]
    }
    assert strategy == {"FARGATE": tier.on_demand_tasks, "FARGATE_SPOT": 0}


@tasks.proves(redirect("web", "image", "var.image"))
def of_the_image_that_the_pipeline_sets(reading: Reading, tier: Tier) -> None:
    assert "var.image" in reading.references("web", "image")


cloudwatch = Row("CloudWatch: application metrics, error tracking, cost monitoring, alerting")
FILTER = "aws_cloudwatch_log_metric_filter.errors"
ERRORS = 'aws_cloudwatch_metric_alarm.this["application-errors"]'
QUERY = "aws_cloudwatch_query_definition.errors"
SUBSCRIPTIONS = ("aws_sns_topic_subscription.this", "aws_sns_topic_subscription.us_east_1")


@cloudwatch.proves(
    drop("monitoring", FILTER),
    change("monitoring", FILTER, "log_group_name", to="/ecs/other"),
    change("monitoring", FILTER, "pattern", to="?INFO"),
)
def application_metrics(reading: Reading, tier: Tier) -> None:
    counted = reading.one("monitoring", FILTER)
    assert counted["log_group_name"] == reading.one("web", "aws_cloudwatch_log_group.this")["name"]
    assert counted["pattern"] == "?ERROR ?CRITICAL ?Traceback"


@cloudwatch.proves(
    drop("monitoring", ERRORS),
    change("monitoring", ERRORS, "metric_name", to="Other"),
    drop("monitoring", QUERY),
    change("monitoring", QUERY, "query_string", to="fields @message"),
)
def error_tracking(reading: Reading, tier: Tier) -> None:
    alarm = reading.one("monitoring", ERRORS)
    assert (alarm["namespace"], alarm["metric_name"]) == ("campshub360/application", "ApplicationErrors")
    assert "ERROR|CRITICAL" in reading.one("monitoring", QUERY)["query_string"]


@cloudwatch.proves(
    change("monitoring", "aws_budgets_budget.this", "notification", to=[]),
    delete("monitoring", "aws_budgets_budget.this", "notification", {"notification_type": "FORECASTED"}),
)
def cost_monitoring(reading: Reading, tier: Tier) -> None:
    told = reading.one("monitoring", "aws_budgets_budget.this")["notification"]
    assert {(item["notification_type"], item["threshold"]) for item in told if item["subscriber_email_addresses"]} == {
        ("ACTUAL", 80), ("ACTUAL", 100), ("FORECASTED", 100)
    }  # fmt: skip


@cloudwatch.proves(
    *(drop("monitoring", f"{it}[*]") for it in SUBSCRIPTIONS),
    *(change("monitoring", f"{it}[*]", "protocol", to="http") for it in SUBSCRIPTIONS),
)
def alerting(reading: Reading, tier: Tier) -> None:
    for topic in SUBSCRIPTIONS:
        assert reading.one("monitoring", f'{topic}["platform@example.com"]')["protocol"] == "email"


contract = Row("Contract with the application: its environment and secrets")


def _given(argument: str, key: str, value: str, only: str | None = None) -> None:
    referring = sorted(written_references(value))
    elsewhere = (redirect("web", argument, referring[0]),) if referring else ()

    @contract.proves(unset("web", argument, key), *elsewhere, only=only, name=f"{argument} {key}")
    def given(reading: Reading, tier: Tier) -> None:
        assert reading.call("web", argument).get(key) == value
        assert written_references(value) <= reading.references("web", argument), "main.tf is not what was planned"


for _key, _value in {
    "CSRF_TRUSTED_ORIGINS": "https://${var.domain},https://www.${var.domain}",
    "DATABASE_HOST": "${module.database.address}",
    "DATABASE_NAME": "${module.database.database_name}",
    "DATABASE_PORT": "${module.database.port}",
    "DATABASE_SSLMODE": "verify-full",
    "DJANGO_ALLOWED_HOSTS": "${var.domain},www.${var.domain}",
    "MEDIA_BUCKET": '${module.storage.bucket_names["media"]}',
    "NUM_PROXIES": "2",
    "REDIS_CLUSTER": "${module.cache.replication_group_id}",
    "REDIS_URL": "rediss://${module.cache.primary_endpoint}:${module.cache.port}/0",
    "REDIS_USER": "${module.cache.user_name}",
    "SITE_URL": "https://${var.domain}",
    "STATIC_BUCKET": '${module.storage.bucket_names["static"]}',
}.items():
    _given("environment", _key, _value)
_given("environment", "DATABASE_REPLICA_HOST", '${module.database.replica_addresses["reader"]}', only="tier2")
for _key, _value in {
    "DATABASE_PASSWORD": "${module.database.master_secret_arn}:password::",
    "DATABASE_USER": "${module.database.master_secret_arn}:username::",
    "DJANGO_SECRET_KEY": '${module.secrets.secret_arns["django-secret-key"]}',
    "FIELD_ENCRYPTION_KEY": '${module.secrets.secret_arns["field-encryption-key"]}',
    "JWT_SIGNING_KEY": '${module.secrets.secret_arns["jwt-signing-key"]}',
}.items():
    _given("secrets", _key, _value)

reservations = Row("Cost optimisation with Reserved Instances")


def _budget(part: str, service: str, measure: str, kind: str) -> None:
    address = f'aws_budgets_budget.reservation["{part}-{measure}"]'

    @reservations.proves(
        drop("monitoring", address),
        change("monitoring", address, "budget_type", to="COST"),
        change("monitoring", address, "notification", 0, "threshold", to=10),
        change("monitoring", address, "notification", 0, "subscriber_email_addresses", to=[]),
        name=f"{measure} of the {part}'s reservations is watched",
    )
    def watched(reading: Reading, tier: Tier) -> None:
        budget = reading.one("monitoring", address)
        assert (budget["budget_type"], budget["cost_filter"][0]["values"]) == (kind, [service])
        [notification] = budget["notification"]
        assert (notification["comparison_operator"], notification["threshold"]) == ("LESS_THAN", 80)
        assert notification["subscriber_email_addresses"]


for _part, _service in (("database", "Amazon Relational Database Service"), ("cache", "Amazon ElastiCache")):
    _budget(_part, _service, "coverage", "RI_COVERAGE")
    _budget(_part, _service, "utilisation", "RI_UTILIZATION")


def _reservable(part: str, pattern: str, attribute: str) -> None:
    @reservations.proves(
        answer("reservations", part, "class", to=f"{part}.serverless"),
        redirect_output("reservations", f"module.{part}.{attribute}"),
        name=f"what to reserve for the {part}",
    )
    def named(reading: Reading, tier: Tier) -> None:
        assert re.fullmatch(pattern, reading.output("reservations")[part]["class"]), "no reservation exists for it"
        assert f"module.{part}.{attribute}" in reading.output_references("reservations")


_reservable("database", r"db\.(t3|t4g|m[5-8]\w*|r[5-8]\w*)\.\w+", "instance_class")
_reservable("cache", r"cache\.(t3|t4g|m[5-7]\w*|r[5-7]\w*)\.\w+", "node_type")

budget = Row("Monthly budget: an alarm at what the tier promises")


@budget.proves(
    change("monitoring", "aws_budgets_budget.this", "limit_amount", to="1000"),
    change("monitoring", "aws_budgets_budget.this", "time_unit", to="ANNUALLY"),
)
def at_the_promised_amount(reading: Reading, tier: Tier) -> None:
    limit = reading.one("monitoring", "aws_budgets_budget.this")
    assert (float(limit["limit_amount"]), limit["limit_unit"], limit["time_unit"]) == (
        tier.budget_usd,
        "USD",
        "MONTHLY",
    )


response_time = Row("Response time: an alarm at the promised 95th percentile, 200 and 100 ms")


def _slow(address: str, unit: float, *path: str | int) -> None:
    alarm = f"aws_cloudwatch_metric_alarm.{address}"

    @response_time.proves(
        drop("monitoring", alarm),
        change("monitoring", alarm, "threshold", to=60000),
        change("monitoring", alarm, "extended_statistic", to="p50"),
        name=address.partition('"')[2].rstrip('"]'),
    )
    def rings(reading: Reading, tier: Tier) -> None:
        found = reading.one("monitoring", alarm)
        assert (found["threshold"], found["extended_statistic"]) == (tier.p95_ms * unit, "p95")


_slow('this["loadbalancer-p95"]', 0.001)
_slow('us_east_1["edge-origin-latency"]', 1)

errors = Row("Errors: alarms at the rate that uses up in two days what the promised uptime leaves a month")


def _failing(address: str) -> None:
    alarm = f"aws_cloudwatch_metric_alarm.{address}"

    @errors.proves(change("monitoring", alarm, "threshold", to=5), name=address.partition('"')[2].rstrip('"]'))
    def rings(reading: Reading, tier: Tier) -> None:
        # That it is there at all, the row of monitoring asserts.
        found = reading.all("monitoring", "aws_cloudwatch_metric_alarm").get(alarm, {"threshold": tier.error_percent})
        assert found["threshold"] == tier.error_percent


_failing('error_rate["loadbalancer-errors"]')
_failing('error_rate["service-errors"]')
_failing('us_east_1["edge-errors"]')

shape = Row("Root modules rendered from a blueprint for each tier, composing vendored modules")


def _vendored(component: str, module: str, only: str | None = None) -> None:
    @shape.proves(
        source(component, f"terraform-aws-modules/{module}/aws"), only=only, name=f"{component} from modules/{module}"
    )
    def vendored(reading: Reading, tier: Tier) -> None:
        calls = reading.plan.configuration["root_module"]["module_calls"]
        assert calls[component]["source"] == reading.call(component, "source") == f"./modules/{module}"


for _component, _module in {
    "balancer": "alb", "cache": "elasticache", "database": "rds", "dns": "dns", "edge": "cloudfront", "keys": "kms",
    "monitoring": "monitoring", "network": "vpc", "release": "deployment", "secrets": "secrets", "storage": "s3",
    "web": "ecs-fargate",
}.items():  # fmt: skip
    _vendored(_component, _module)
_vendored("firewall", "waf", only="tier2")
