"""Everything that can be tagged says whose it is, what for, and who pays."""

from collections.abc import Iterator
from typing import Any

from generator.policy import TIERS, Fault, Resource, Severity, Unknown, known, policy, rejected

REQUIRED = ("application", "tier", "environment", "owner", "cost-centre", "managed-by")


@policy(
    id="TIER_AWS_090",
    title="Everything that can be tagged carries the required tags",
    severity=Severity.LOW,
    why="What carries no tags is on nobody's bill, and nobody dares to delete it.",
    remedy="set `default_tags` of the provider to application, tier, environment, owner, cost-centre and managed-by",
    source="https://docs.aws.amazon.com/whitepapers/latest/tagging-best-practices/tagging-best-practices.html",
    resources=[
        "aws_acm_certificate", "aws_alb", "aws_alb_listener", "aws_alb_listener_rule", "aws_alb_target_group",
        "aws_appautoscaling_target", "aws_backup_plan", "aws_backup_vault", "aws_budgets_budget",
        "aws_ce_anomaly_monitor", "aws_ce_anomaly_subscription", "aws_cloudfront_distribution",
        "aws_cloudfront_vpc_origin", "aws_cloudwatch_composite_alarm", "aws_cloudwatch_event_rule",
        "aws_cloudwatch_log_delivery", "aws_cloudwatch_log_delivery_destination", "aws_cloudwatch_log_delivery_source",
        "aws_cloudwatch_log_group", "aws_cloudwatch_metric_alarm", "aws_codedeploy_app",
        "aws_codedeploy_deployment_group", "aws_cognito_user_pool", "aws_db_event_subscription", "aws_db_instance",
        "aws_db_option_group", "aws_db_parameter_group", "aws_db_proxy", "aws_db_subnet_group",
        "aws_default_network_acl", "aws_default_route_table", "aws_default_security_group", "aws_dynamodb_table",
        "aws_ebs_volume", "aws_ec2_managed_prefix_list", "aws_ecr_repository", "aws_ecs_capacity_provider",
        "aws_ecs_cluster", "aws_ecs_service", "aws_ecs_task_definition", "aws_efs_file_system",
        "aws_egress_only_internet_gateway", "aws_eip", "aws_elasticache_cluster", "aws_elasticache_parameter_group",
        "aws_elasticache_replication_group", "aws_elasticache_serverless_cache", "aws_elasticache_subnet_group",
        "aws_elasticache_user", "aws_elasticache_user_group", "aws_flow_log", "aws_globalaccelerator_accelerator",
        "aws_guardduty_detector", "aws_iam_instance_profile", "aws_iam_openid_connect_provider", "aws_iam_policy",
        "aws_iam_role", "aws_iam_user", "aws_instance", "aws_internet_gateway", "aws_kinesis_firehose_delivery_stream",
        "aws_kms_key", "aws_kms_replica_key", "aws_lambda_function", "aws_launch_template", "aws_lb", "aws_lb_listener",
        "aws_lb_listener_rule", "aws_lb_target_group", "aws_nat_gateway", "aws_network_acl", "aws_network_interface",
        "aws_rds_cluster", "aws_rds_cluster_instance", "aws_rds_cluster_parameter_group", "aws_rds_reserved_instance",
        "aws_elasticache_reserved_cache_node", "aws_route53_health_check", "aws_route53_resolver_query_log_config",
        "aws_route53_zone", "aws_route_table", "aws_s3_bucket", "aws_secretsmanager_secret", "aws_security_group",
        "aws_sns_topic", "aws_sqs_queue", "aws_ssm_parameter", "aws_subnet", "aws_vpc", "aws_vpc_dhcp_options",
        "aws_vpc_endpoint", "aws_vpc_endpoint_service", "aws_vpc_peering_connection",
        "aws_vpc_security_group_egress_rule", "aws_vpc_security_group_ingress_rule", "aws_wafv2_ip_set",
        "aws_wafv2_regex_pattern_set", "aws_wafv2_rule_group", "aws_wafv2_web_acl",
    ],
    unknown=rejected("the required tags are literals of the blueprint"),
)  # fmt: skip
def tagged(resource: Resource) -> Iterator[Fault]:
    """Ask for the required tags; of a plan of no tier for any, since which ones is its owner's to say."""
    tags = _tags(resource)
    tier = resource.plan.tier
    if tier not in TIERS:
        if not tags:
            yield Fault("it has no tag", "tags")
        return
    missing = [name for name in REQUIRED if name not in (tags or {})]
    if missing:
        yield Fault(f"the tags {', '.join(missing)} are missing", "tags")
    for name in REQUIRED:
        if name not in missing and not str(tags[name] or "").strip():
            yield Fault(f"the tag {name} is empty", f"tags.{name}")
    if "tier" not in missing and tags["tier"] != tier:
        yield Fault(f"it is tagged as {tags['tier']}, the plan as {tier}", "tags.tier")


def _tags(resource: Resource) -> Any:
    """Return all tags, those of the provider too; one tag that the apply makes leaves all of them unknown."""
    tags = resource["tags_all"]
    if not known(tags) or tags is not None:
        return tags
    changes = [item for item in resource.plan.document.get("resource_changes", []) if "deposed" not in item]
    marks = [item.get("change", {}).get("after_unknown") for item in changes if item["address"] == resource.address]
    return Unknown("tags_all") if any(mark and mark.get("tags_all") is True for mark in marks) else resource["tags"]
