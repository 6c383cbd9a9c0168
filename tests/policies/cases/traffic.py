"""Proofs of the policies on traffic: the network, the edge and TLS."""

from __future__ import annotations

import json
import re
from typing import Any

from tests.features.mutation import Mutation, add, change, delete, drop, redirect, rewire
from tests.features.reading import Evidence, configured
from tests.policies.cases.case import Case
from tests.policies.forget import forget

INGRESS, EGRESS = "aws_vpc_security_group_ingress_rule", "aws_vpc_security_group_egress_rule"
APEX = 'aws_route53_record.alias["campshub360.example.com A"]'
DISTRIBUTION, WEB_ACL = "aws_cloudfront_distribution.this", "aws_wafv2_web_acl.this"
RATE = ("statement", 0, "rate_based_statement", 0)
MEDIA = ("ordered_cache_behavior", {"path_pattern": "/media/*"})
HEADERS_ID = ("default_cache_behavior", 0, "response_headers_policy_id")
HEADERS = 'aws_cloudfront_response_headers_policy.this["static"]'
SECURITY = ("security_headers_config", 0)
ACCESS = 'aws_cloudfront_origin_access_control.this["media"]'
VPC_ORIGIN, ENDPOINT = "aws_cloudfront_vpc_origin.this", ("vpc_origin_endpoint_config", 0)
KEYED = ("parameters_in_cache_key_and_forwarded_to_origin", 0)
ANYWHERE: dict[str, Any] = {
    "from_port": 443, "to_port": 443, "protocol": "tcp", "self": False, "description": "", "prefix_list_ids": [],
    "cidr_blocks": ["0.0.0.0/0"], "ipv6_cidr_blocks": [], "security_groups": [],
}  # fmt: skip


RULE = "aws_lb_listener_rule.blue_green[0]"
BLUE = 'aws_lb_target_group.this["blue"]'
STRANGER = "sg-0123456789abcdef0"
PARAMETERS = "aws_db_parameter_group.this"
BACKUPS = 'aws_s3_bucket_policy.this["backups"]'
BACKUPS_ARN = "arn:aws:s3:::campshub360-backups-123456789012-us-east-1"
PLAIN_HTTP = {"Bool": {"aws:SecureTransport": "false"}}
TLS_VERSION = {"NumericLessThan": {"s3:TlsVersion": "1.2"}}


def _denying(*conditions: dict[str, Any], **instead: Any) -> str:
    """Return a bucket policy that denies under each condition."""
    whole = {"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": [BACKUPS_ARN, f"{BACKUPS_ARN}/*"]}
    return json.dumps(
        {"Version": "2012-10-17", "Statement": [{**whole, **instead, "Condition": item} for item in conditions]}
    )


def _legacy(component: str, like: str, **values: Any) -> Mutation:
    """Add a rule of the older style to the group that another rule is of."""

    def apply(evidence: Evidence) -> None:
        add(component, "aws_security_group_rule.extra", like=like).apply(evidence)
        document = evidence.document
        modules = document["planned_values"]["root_module"]["child_modules"]
        places = [item for module in modules for item in module["resources"]]
        places += [*document["resource_changes"], configured(document, component, "aws_security_group_rule.extra")]
        for item in places:
            if item["address"].endswith("aws_security_group_rule.extra"):
                item["type"], item["name"] = "aws_security_group_rule", "extra"
                item.pop("index", None)
                for body in (item.get("values"), item.get("change", {}).get("after")):
                    if body is not None:
                        body.update({"protocol": "tcp", "self": False, **values})

    return Mutation(f"{component}: a rule of the older style {values}", apply)


def _both(*mutations: Mutation) -> Mutation:
    """Return one mutation made of several that are one fault."""

    def apply(evidence: Evidence) -> None:
        for mutation in mutations:
            mutation.apply(evidence)

    return Mutation(" and ".join(mutation.text for mutation in mutations), apply)


def _literal(component: str, address: str, *path: str | int, to: Any) -> Mutation:
    """Write a value out, in the configuration, too, so that nothing is referred to any more."""

    def apply(evidence: Evidence) -> None:
        expression = configured(evidence.document, component, re.sub(r"\[.*", "", address))["expressions"]
        for step in path[:-1]:
            expression = expression[step]
        expression[path[-1]] = {"constant_value": to}
        change(component, address, *path, to=to).apply(evidence)

    return Mutation(f"{component} {address}: {'.'.join(map(str, path))} is the literal {to}", apply)


def _from_group(component: str, address: str, *references: str) -> Mutation:
    """Let a rule name a security group in place of a prefix list."""

    def apply(evidence: Evidence) -> None:
        expressions = configured(evidence.document, component, address)["expressions"]
        expressions["referenced_security_group_id"] = {"references": list(references)}

    named = Mutation(f"{component} {address}: from {references[-1]}", apply)
    return _both(
        _literal(component, address, "prefix_list_id", to=None),
        named,
        forget(component, address, "referenced_security_group_id"),
    )


def _later(component: str, address: str, argument: str) -> Mutation:
    """Set an argument to what only the apply will tell."""

    def apply(evidence: Evidence) -> None:
        block = configured(evidence.document, component, re.sub(r"\[.*", "", address))
        block["expressions"][argument] = {"references": ["local.later"]}
        change(component, address, argument, to=None).apply(evidence)
        forget(component, address, argument).apply(evidence)

    return Mutation(f"{component} {address}: {argument} is set, but unknown", apply)


CASES: dict[str, Case] = {
    "TIER_AWS_002": Case(
        faults=(
            change("balancer", f"{INGRESS}.https", "cidr_ipv4", to="0.0.0.0/0"),
            change("balancer", f"{INGRESS}.https", "cidr_ipv6", to="::/0"),
            change("database", f'{INGRESS}.this["web"]', "cidr_ipv4", to="0.0.0.0/0"),
            change("cache", f'{INGRESS}.this["web"]', "cidr_ipv4", to="128.0.0.0/1"),
            change("web", f"{INGRESS}.load_balancer", "cidr_ipv6", to="2000::/3"),
            change("web", "aws_security_group.this", "ingress", to=[ANYWHERE]),
            change("network", "aws_default_security_group.this", "ingress", to=[ANYWHERE]),
            _legacy("web", f"{INGRESS}.load_balancer", type="ingress", cidr_blocks=["0.0.0.0/0"]),
            _legacy("web", f"{INGRESS}.load_balancer", type="ingress", ipv6_cidr_blocks=["::/0"]),
        ),
        harmless=(
            change("web", "aws_security_group.this", "ingress", to=[ANYWHERE | {"cidr_blocks": ["10.0.0.0/16"]}]),
            _legacy("web", f"{INGRESS}.load_balancer", type="egress", cidr_blocks=["0.0.0.0/0"]),
        ),
        unknown=_later("balancer", f"{INGRESS}.https", "cidr_ipv4"),
    ),
    "TIER_AWS_003": Case(
        faults=(
            change("balancer", f"{INGRESS}.https", "cidr_ipv4", to="10.0.0.0/16"),
            change("balancer", f"{INGRESS}.https", "from_port", to=0),
            change("balancer", f"{INGRESS}.https", "ip_protocol", to="-1"),
            drop("balancer", f"{INGRESS}.*"),
            delete("balancer", "aws_lb.this", "security_groups"),
            change("web", f"{INGRESS}.load_balancer", "cidr_ipv4", to="10.0.64.0/18"),
            change("web", f"{INGRESS}.load_balancer", "to_port", to=65535),
            drop("web", f"{INGRESS}.load_balancer"),
            change("database", f'{INGRESS}.this["web"]', "cidr_ipv4", to="10.0.0.0/16"),
            change("database", f'{INGRESS}.this["web"]', "from_port", to=0),
            change("cache", f'{INGRESS}.this["web"]', "to_port", to=6380),
            change("cache", f'{INGRESS}.this["web"]', "prefix_list_id", to="pl-1"),
            redirect(
                "database",
                "client_security_group_ids",
                "module.web.security_group_id",
                "module.balancer.security_group_id",
            ),
            change("database", "aws_security_group.this", "ingress", to=[ANYWHERE]),
            _legacy("cache", f'{INGRESS}.this["web"]', type="ingress", cidr_blocks=["10.0.0.0/16"]),
            _literal("database", f'{INGRESS}.this["web"]', "referenced_security_group_id", to=STRANGER),
            _literal("cache", f'{INGRESS}.this["web"]', "referenced_security_group_id", to=STRANGER),
            _literal("web", f"{INGRESS}.load_balancer", "referenced_security_group_id", to=STRANGER),
            _both(
                _literal("balancer", f"{INGRESS}.https", "prefix_list_id", to=None),
                _literal("balancer", f"{INGRESS}.https", "referenced_security_group_id", to=STRANGER),
            ),
            _literal("balancer", f"{INGRESS}.https", "prefix_list_id", to="pl-0123456789abcdef0"),
            _from_group("balancer", f"{INGRESS}.https", "aws_security_group.this.id", "aws_security_group.this"),
            drop("balancer", f"{INGRESS}.https"),
        ),
        harmless=(change("balancer", f"{INGRESS}.test[0]", "ip_protocol", to="6"),),
        unknown=forget("database", f'{INGRESS}.this["web"]', "from_port"),
    ),
    "TIER_AWS_004": Case(
        faults=(
            _legacy("database", f'{INGRESS}.this["web"]', type="egress", cidr_blocks=["0.0.0.0/0"]),
            change("database", "aws_security_group.this", "egress", to=[ANYWHERE]),
            change("cache", "aws_security_group.this", "egress", to=[ANYWHERE | {"cidr_blocks": ["10.0.0.0/16"]}]),
            change("web", f"{EGRESS}.https", "ip_protocol", to="-1"),
            change("web", f"{EGRESS}.https", "from_port", to=0),
            change("web", f'{EGRESS}.this["cache"]', "to_port", to=65535),
            change("web", f'{EGRESS}.this["cache"]', "cidr_ipv4", to="0.0.0.0/0"),
            change("balancer", f"{EGRESS}.targets", "cidr_ipv6", to="::/0"),
            change("network", "aws_default_security_group.this", "egress", to=[ANYWHERE | {"protocol": "-1"}]),
        ),
        harmless=(
            delete("web", f"{EGRESS}.https", "description"),
            change("web", f'{EGRESS}.this["cache"]', "cidr_ipv4", to="10.0.128.0/18"),
        ),
        unknown=forget("web", f"{EGRESS}.https", "from_port"),
    ),
    "TIER_AWS_005": Case(
        faults=(
            change("network", 'aws_subnet.private["2"]', "availability_zone", to="us-east-1a"),
            drop("network", 'aws_subnet.private["2"]'),
            change("balancer", "aws_lb.this", "subnets", to=["subnet-1", "subnet-2"]),
            change("balancer", "aws_lb.this", "load_balancer_type", to="network"),
            change("balancer", "aws_lb.this", "drop_invalid_header_fields", to=False),
            delete("balancer", "aws_lb.this", "drop_invalid_header_fields"),
            change("balancer", "aws_lb.this", "desync_mitigation_mode", to="monitor"),
            change("balancer", "aws_lb.this", "access_logs", 0, "enabled", to=False),
            change("balancer", "aws_lb.this", "access_logs", 0, "bucket", to=""),
            change("balancer", "aws_lb.this", "access_logs", to=[]),
            change("balancer", "aws_lb.this", "idle_timeout", to=4000),
            change("balancer", "aws_lb.this", "xff_header_processing_mode", to="preserve"),
            change("balancer", "aws_lb.this", "enable_zonal_shift", to=False),
            redirect(
                "balancer", "subnet_ids", "module.network.private_subnet_ids", "module.network.database_subnet_ids"
            ),
        ),
        harmless=(
            change("balancer", "aws_lb.this", "desync_mitigation_mode", to="defensive"),
            change("balancer", "aws_lb.this", "subnets", to=["subnet-1", "subnet-2", "subnet-3"]),
        ),
        unknown=forget("balancer", "aws_lb.this", "drop_invalid_header_fields"),
    ),
    "TIER_AWS_006": Case(
        faults=(
            change("balancer", "aws_lb_listener.https", "ssl_policy", to="ELBSecurityPolicy-2016-08"),
            change("balancer", "aws_lb_listener.test[0]", "ssl_policy", to="ELBSecurityPolicy-TLS13-1-0-2021-06"),
            change("balancer", "aws_lb_listener.https", "ssl_policy", to="ELBSecurityPolicy-TLS13-1-2-Ext2-2021-06"),
            delete("balancer", "aws_lb_listener.https", "ssl_policy"),
            delete("balancer", "aws_lb_listener.https", "certificate_arn"),
            change("balancer", "aws_lb_listener.https", "protocol", to="HTTP"),
            change("balancer", "aws_lb_listener.https", "default_action", 0, "type", to="forward"),
            change(
                "balancer", "aws_lb_listener.https", "default_action", 0, "fixed_response", 0, "status_code", to="200"
            ),
            drop("balancer", "aws_lb_listener.*"),
            drop("balancer", "aws_lb_listener_rule.blue_green[0]"),
        ),
        harmless=(
            change("balancer", "aws_lb_listener.https", "ssl_policy", to="ELBSecurityPolicy-TLS13-1-3-2021-06"),
            change(
                "balancer", "aws_lb_listener.https", "default_action", 0, "fixed_response", 0, "status_code", to="404"
            ),
        ),
        unknown=forget("balancer", "aws_lb_listener.https", "ssl_policy"),
    ),
    "TIER_AWS_007": Case(
        faults=(
            change("balancer", "aws_lb_listener_rule.blue_green[0]", "condition", to=[]),
            change("balancer", "aws_lb_listener_rule.test[0]", "condition", 0, "host_header", 0, "values", to=["*"]),
            change("balancer", "aws_lb_listener_rule.test[0]", "condition", 0, "host_header", to=[]),
            change("balancer", RULE, "condition", 0, "host_header", 0, "values", to=["*.*.*"]),
            change("balancer", RULE, "condition", 0, "host_header", 0, "values", to=["?*"]),
            change("balancer", RULE, "condition", to=[{"host_header": [{"values": [], "regex_values": ["^.*$"]}]}]),
            change("balancer", RULE, "condition", to=[{"host_header": [], "path_pattern": [{"values": ["/?*"]}]}]),
            delete("balancer", "aws_lb_listener_rule.blue_green[0]", "action", 0, "target_group_arn"),
            change("balancer", "aws_lb_listener_rule.blue_green[0]", "action", to=[]),
            drop("balancer", 'aws_lb_target_group.this["green"]'),
            drop("balancer", 'aws_lb_target_group.this["blue"]'),
        ),
        harmless=(
            change("balancer", RULE, "condition", 0, "host_header", 0, "values", to=["*.campshub360.example.com"]),
            change("balancer", RULE, "condition", to=[{"host_header": [], "path_pattern": [{"values": ["/"]}]}]),
        ),
        unknown=forget("balancer", "aws_lb_listener_rule.blue_green[0]", "condition", 0, "host_header", 0, "values"),
    ),
    "TIER_AWS_008": Case(
        faults=(
            change("balancer", 'aws_lb_target_group.this["blue"]', "protocol", to="HTTP"),
            change("balancer", 'aws_lb_target_group.this["green"]', "target_type", to="instance"),
            change("balancer", 'aws_lb_target_group.this["blue"]', "health_check", 0, "enabled", to=False),
            change("balancer", 'aws_lb_target_group.this["blue"]', "health_check", to=[]),
            change("balancer", 'aws_lb_target_group.this["green"]', "health_check", 0, "protocol", to="HTTP"),
            change("balancer", 'aws_lb_target_group.this["green"]', "health_check", 0, "matcher", to="200-499"),
            change("balancer", 'aws_lb_target_group.this["blue"]', "health_check", 0, "path", to="/"),
            change("balancer", 'aws_lb_target_group.this["blue"]', "health_check", 0, "interval", to=300),
            change("balancer", 'aws_lb_target_group.this["blue"]', "health_check", 0, "timeout", to=15),
            change("balancer", 'aws_lb_target_group.this["blue"]', "health_check", 0, "unhealthy_threshold", to=10),
            change("balancer", 'aws_lb_target_group.this["blue"]', "deregistration_delay", to="0"),
            change("balancer", 'aws_lb_target_group.this["blue"]', "deregistration_delay", to="3600"),
            change("balancer", 'aws_lb_target_group.this["blue"]', "stickiness", 0, "enabled", to=True),
            drop("balancer", "aws_lb_listener_rule.test[0]"),
            _both(
                change("balancer", BLUE, "protocol_version", to="GRPC"),
                change("balancer", BLUE, "health_check", 0, "matcher", to="0-99"),
            ),
            change("balancer", 'aws_lb_target_group.this["green"]', "deregistration_delay", to="300"),
            change("balancer", 'aws_lb_target_group.this["blue"]', "health_check", 0, "interval", to=7),
        ),
        harmless=(
            change("balancer", BLUE, "health_check", 0, "matcher", to="200,204"),
            _both(
                change("balancer", BLUE, "protocol_version", to="GRPC"),
                change("balancer", BLUE, "health_check", 0, "matcher", to="0"),
            ),
        ),
        unknown=forget("balancer", 'aws_lb_target_group.this["blue"]', "health_check", 0, "matcher"),
    ),
    "TIER_AWS_034": Case(
        faults=(
            drop("dns", 'aws_route53_record.alias["campshub360.example.com AAAA"]'),
            drop("dns", 'aws_route53_record.alias["www.campshub360.example.com A"]'),
            redirect("dns", "distribution_domain_name", "module.edge.domain_name", "module.balancer.dns_name"),
            redirect("dns", "distribution_zone_id", "module.edge.hosted_zone_id", "module.balancer.zone_id"),
            change("dns", APEX, "alias", 0, "name", to="internal-campshub360.us-east-1.elb.amazonaws.com"),
            change("dns", APEX, "alias", 0, "zone_id", to="Z35SXDOTRQ7X7K"),
            change("dns", APEX, "alias", 0, "evaluate_target_health", to=True),
            change("dns", APEX, "type", to="AAAA"),
            change("dns", "aws_route53_record.caa", "ttl", to=604800),
            change("dns", "aws_route53_record.validation*", "ttl", to=0),
        ),
        harmless=(change("dns", APEX, "alias", 0, "zone_id", to="Z2FDTNDATAQYW2"),),
        unknown=rewire("dns", "aws_route53_record.alias", "alias", "var.distribution_domain_name", "local.later"),
    ),
    "TIER_AWS_035": Case(
        faults=(
            delete("edge", DISTRIBUTION, "web_acl_id"),
            change("edge", DISTRIBUTION, "web_acl_id", to=""),
            change("firewall", WEB_ACL, "scope", to="REGIONAL"),
            change("firewall", WEB_ACL, "rule", {"name": "CommonRuleSet"}, "override_action", to=[{"count": [{}]}]),
            delete("firewall", WEB_ACL, "rule", {"name": "SQLiRuleSet"}),
            delete("firewall", WEB_ACL, "rule", {"name": "rate-limit"}),
            delete("firewall", WEB_ACL, "rule", {"name": "login-rate-limit"}),
            change("firewall", WEB_ACL, "rule", {"name": "rate-limit"}, "action", to=[{"count": [{}], "block": []}]),
            change("firewall", WEB_ACL, "rule", {"name": "rate-limit"}, *RATE, "limit", to=2_000_000_000),
            change("firewall", WEB_ACL, "rule", {"name": "login-rate-limit"}, *RATE, "limit", to=750_000),
            change("firewall", WEB_ACL, "visibility_config", 0, "cloudwatch_metrics_enabled", to=False),
            change(
                "firewall",
                WEB_ACL,
                "rule",
                {"name": "SQLiRuleSet"},
                "visibility_config",
                0,
                "sampled_requests_enabled",
                to=False,
            ),
            change(
                "firewall",
                WEB_ACL,
                "rule",
                {"name": "CommonRuleSet"},
                "statement",
                0,
                "managed_rule_group_statement",
                0,
                "rule_action_override",
                0,
                "name",
                to="CrossSiteScripting_BODY",
            ),
            drop("firewall", "aws_wafv2_web_acl_logging_configuration.this"),
            change("firewall", "aws_wafv2_web_acl_logging_configuration.this", "redacted_fields", to=[]),
            delete("firewall", "aws_wafv2_web_acl_logging_configuration.this", "logging_filter", 0, "filter", 0),
            change("firewall", WEB_ACL, "rule", {"name": "rate-limit"}, *RATE, "limit", to=375_000),
            change("firewall", WEB_ACL, "rule", {"name": "login-rate-limit"}, *RATE, "limit", to=1_000),
            delete("firewall", "aws_wafv2_web_acl_logging_configuration.this", "redacted_fields", 2),
        ),
        harmless=(change("firewall", WEB_ACL, "rule", {"name": "rate-limit"}, *RATE, "limit", to=900_000),),
        unknown=forget("firewall", WEB_ACL, "rule", {"name": "rate-limit"}, *RATE, "limit"),
    ),
    "TIER_AWS_009": Case(
        faults=(
            change("edge", DISTRIBUTION, "enabled", to=False),
            change("edge", DISTRIBUTION, "default_cache_behavior", 0, "viewer_protocol_policy", to="allow-all"),
            change("edge", DISTRIBUTION, *MEDIA, "viewer_protocol_policy", to="allow-all"),
            change("edge", DISTRIBUTION, "viewer_certificate", 0, "minimum_protocol_version", to="TLSv1.2_2018"),
            delete("edge", DISTRIBUTION, "viewer_certificate", 0, "acm_certificate_arn"),
            change("edge", DISTRIBUTION, "aliases", to=[]),
            delete("edge", DISTRIBUTION, *MEDIA, "response_headers_policy_id"),
            delete("edge", DISTRIBUTION, "default_cache_behavior", 0, "response_headers_policy_id"),
            delete("edge", DISTRIBUTION, "default_cache_behavior", 0, "cache_policy_id"),
            change("edge", DISTRIBUTION, *MEDIA, "compress", to=False),
            change("edge", DISTRIBUTION, *MEDIA, "allowed_methods", to=["GET", "HEAD", "PUT"]),
            change("edge", DISTRIBUTION, "default_cache_behavior", 0, "allowed_methods", to=["GET", "HEAD"]),
            change("edge", DISTRIBUTION, *MEDIA, "target_origin_id", to="gone"),
            delete("edge", DISTRIBUTION, "origin", {"origin_id": "media"}, "origin_access_control_id"),
            delete("edge", DISTRIBUTION, "origin", {"origin_id": "static"}, "origin_access_control_id"),
            change("edge", DISTRIBUTION, "origin", {"origin_id": "application"}, "origin_shield", to=[]),
            change(
                "edge",
                DISTRIBUTION,
                "origin",
                {"origin_id": "application"},
                "custom_origin_config",
                to=[{"origin_protocol_policy": "http-only", "origin_ssl_protocols": ["TLSv1.2"]}],
            ),
            change("edge", DISTRIBUTION, "custom_error_response", {"error_code": 503}, "error_caching_min_ttl", to=300),
            _literal("edge", DISTRIBUTION, *HEADERS_ID, to="60669652-455b-4ae9-85a4-c4c02393f86c"),
            _literal("edge", DISTRIBUTION, *HEADERS_ID, to="5cc3b908-e619-4b99-88e5-2cf7f45965bd"),
            delete("edge", "aws_cloudfront_distribution.this", "ordered_cache_behavior", 0),
            change("edge", "aws_cloudfront_distribution.this", "aliases", to=["www.campshub360.example.com"]),
        ),
        harmless=(
            _literal("edge", DISTRIBUTION, *HEADERS_ID, to="67f7725c-6f97-4210-82d7-5512b31e9d03"),
            _both(
                change(
                    "edge",
                    DISTRIBUTION,
                    "origin_group",
                    to=[{"origin_id": "both", "member": [{"origin_id": "media"}, {"origin_id": "static"}]}],
                ),
                change("edge", DISTRIBUTION, *MEDIA, "target_origin_id", to="both"),
            ),
            change("edge", DISTRIBUTION, *MEDIA, "viewer_protocol_policy", to="https-only"),
            change("edge", DISTRIBUTION, "viewer_certificate", 0, "minimum_protocol_version", to="TLSv1.3_2025"),
        ),
        unknown=forget("edge", DISTRIBUTION, "viewer_certificate", 0, "minimum_protocol_version"),
    ),
    "TIER_AWS_010": Case(
        faults=(
            change("edge", HEADERS, *SECURITY, "strict_transport_security", 0, "access_control_max_age_sec", to=300),
            change("edge", HEADERS, *SECURITY, "strict_transport_security", to=[]),
            change("edge", HEADERS, *SECURITY, "strict_transport_security", 0, "override", to=False),
            change("edge", HEADERS, *SECURITY, "content_type_options", to=[]),
            change("edge", HEADERS, *SECURITY, "frame_options", 0, "override", to=False),
            change("edge", HEADERS, *SECURITY, "frame_options", to=[]),
            change("edge", HEADERS, *SECURITY, "referrer_policy", 0, "referrer_policy", to="unsafe-url"),
            change("edge", HEADERS, "security_headers_config", to=[]),
            change("edge", ACCESS, "signing_behavior", to="never"),
            change("edge", ACCESS, "signing_behavior", to="no-override"),
            change("edge", VPC_ORIGIN, *ENDPOINT, "origin_protocol_policy", to="match-viewer"),
            change("edge", VPC_ORIGIN, *ENDPOINT, "origin_ssl_protocols", 0, "items", to=["TLSv1", "TLSv1.2"]),
            change("edge", VPC_ORIGIN, *ENDPOINT, "https_port", to=8080),
            change("edge", "aws_cloudfront_cache_policy.api", "max_ttl", to=315360000),
            change("edge", "aws_cloudfront_cache_policy.api", "min_ttl", to=30),
            change(
                "edge",
                "aws_cloudfront_cache_policy.api",
                *KEYED,
                "query_strings_config",
                0,
                "query_string_behavior",
                to="none",
            ),
            change("edge", "aws_cloudfront_cache_policy.api", "max_ttl", to=600),
            delete(
                "edge",
                "aws_cloudfront_cache_policy.api",
                "parameters_in_cache_key_and_forwarded_to_origin",
                0,
                "headers_config",
                0,
                "headers",
                0,
            ),
        ),
        harmless=(change("edge", HEADERS, *SECURITY, "frame_options", 0, "frame_option", to="SAMEORIGIN"),),
        unknown=forget("edge", ACCESS, "signing_behavior"),
    ),
    "TIER_AWS_011": Case(
        faults=(
            drop("network", "aws_flow_log.this"),
            change("network", "aws_flow_log.this", "traffic_type", to="REJECT"),
            change("network", "aws_flow_log.this", "log_destination", to=""),
            delete("network", "aws_flow_log.this", "iam_role_arn"),
            drop("network", "aws_default_security_group.this"),
            change("network", "aws_default_security_group.this", "ingress", to=[ANYWHERE]),
            change("network", "aws_default_security_group.this", "egress", to=[ANYWHERE]),
            change("network", "aws_vpc.this", "enable_dns_hostnames", to=False),
            change("network", "aws_vpc.this", "enable_dns_support", to=False),
            rewire("network", "aws_flow_log.this", "vpc_id", "aws_vpc.this"),
        ),
        harmless=(change("network", "aws_flow_log.this", "max_aggregation_interval", to=60),),
        unknown=forget("network", "aws_flow_log.this", "traffic_type"),
    ),
    "TIER_AWS_012": Case(
        faults=(
            change("network", 'aws_subnet.public["2"]', "availability_zone", to="us-east-1a"),
            change("network", 'aws_subnet.private["1"]', "availability_zone", to="us-east-1a"),
            drop("network", 'aws_subnet.database["2"]'),
            change("network", "aws_subnet.*", "availability_zone", to="us-east-1a"),
            change("network", 'aws_subnet.public["0"]', "map_public_ip_on_launch", to=True),
            change("network", 'aws_subnet.private["0"]', "map_public_ip_on_launch", to=True),
            change("network", 'aws_subnet.private["0"]', "cidr_block", to="10.1.0.0/20"),
            change("network", 'aws_subnet.private["0"]', "cidr_block", to="10.0.0.0/18"),
            change("network", "aws_vpc.this", "cidr_block", to="54.0.0.0/8"),
            drop("network", "aws_route.private*"),
            delete("network", 'aws_subnet.database["0"]', "availability_zone"),
        ),
        unknown=forget("network", 'aws_subnet.private["1"]', "availability_zone"),
    ),
    "TIER_AWS_013": Case(
        faults=(
            drop("network", "aws_route.private*"),
            drop("network", 'aws_route.private["1"]'),
            drop("network", 'aws_nat_gateway.this["1"]'),
            change("network", 'aws_route.private["0"]', "gateway_id", to="igw-1"),
            delete("network", 'aws_route.private["0"]', "nat_gateway_id"),
            drop("network", "aws_route.public"),
            change("network", 'aws_subnet.public["1"]', "availability_zone", to="us-east-1a"),
            delete("network", 'aws_nat_gateway.this["1"]', "allocation_id"),
            rewire(
                "network", "aws_route.private", "route_table_id", "aws_route_table.private", "aws_route_table.database"
            ),
            rewire(
                "network",
                "aws_route_table_association.database",
                "route_table_id",
                "aws_route_table.database",
                "aws_route_table.private",
            ),
            rewire(
                "network",
                "aws_route_table_association.private",
                "route_table_id",
                "aws_route_table.private",
                "aws_route_table.public",
            ),
            change("web", "aws_ecs_service.*", "network_configuration", 0, "assign_public_ip", to=True),
            redirect("web", "subnet_ids", "module.network.private_subnet_ids", "module.network.public_subnet_ids"),
            rewire("network", "aws_nat_gateway.this", "subnet_id", "aws_subnet.public", "aws_subnet.private"),
            _both(
                change("network", "aws_nat_gateway.this*", "connectivity_type", to="private"),
                delete("network", "aws_nat_gateway.this*", "allocation_id"),
            ),
        ),
        unknown=forget("web", "aws_ecs_service.*", "network_configuration", 0, "assign_public_ip"),
    ),
    "TIER_AWS_014": Case(
        faults=(
            change("dns", "aws_acm_certificate.viewer", "validation_method", to="EMAIL"),
            delete("dns", "aws_acm_certificate.origin", "validation_method"),
            change("dns", "aws_acm_certificate.origin", "key_algorithm", to="RSA_1024"),
            change(
                "dns",
                "aws_acm_certificate.viewer",
                "options",
                to=[{"certificate_transparency_logging_preference": "DISABLED", "export": None}],
            ),
            change("dns", "aws_acm_certificate.viewer", "private_key", to="hunter2"),
            change("dns", "aws_acm_certificate.viewer", "subject_alternative_names", to=["campshub360.example.com"]),
            drop("dns", "aws_route53_record.validation*"),
            drop("dns", 'aws_route53_record.validation["www.campshub360.example.com"]'),
        ),
        harmless=(change("dns", "aws_acm_certificate.origin", "key_algorithm", to="EC_prime256v1"),),
        unknown=forget("dns", "aws_acm_certificate.viewer", "validation_method"),
    ),
    "TIER_AWS_015": Case(
        faults=(
            change("database", PARAMETERS, "parameter", {"name": "rds.force_ssl"}, "value", to="0"),
            delete("database", PARAMETERS, "parameter", {"name": "rds.force_ssl"}),
            change("database", PARAMETERS, "parameter", {"name": "rds.force_ssl"}, "name", to="log_statement"),
            change("database", "aws_db_instance.this", "parameter_group_name", to="default.postgres16"),
            delete("database", 'aws_db_instance.replica["reader"]', "parameter_group_name"),
        ),
        harmless=(change("database", PARAMETERS, "parameter", {"name": "log_connections"}, "value", to="0"),),
        unknown=forget("database", PARAMETERS, "parameter", {"name": "rds.force_ssl"}, "value"),
    ),
    "TIER_AWS_016": Case(
        faults=(
            drop("storage", 'aws_s3_bucket_policy.this["backups"]'),
            drop("storage", 'aws_s3_bucket_policy.cloudfront["media"]'),
            change("storage", 'aws_s3_bucket_policy.this["logs"]', "policy", to=_denying()),
            change("storage", BACKUPS, "policy", to=_denying(TLS_VERSION)),
            change("storage", BACKUPS, "policy", to=_denying(PLAIN_HTTP)),
            change("storage", BACKUPS, "policy", to=_denying(PLAIN_HTTP, TLS_VERSION, Effect="Allow")),
            change("storage", BACKUPS, "policy", to=_denying(PLAIN_HTTP, TLS_VERSION, Action="s3:GetObject")),
            change("storage", BACKUPS, "policy", to=_denying(PLAIN_HTTP, TLS_VERSION, Resource=[f"{BACKUPS_ARN}/*"])),
            change("storage", BACKUPS, "policy", to=_denying(PLAIN_HTTP, TLS_VERSION, Principal={"AWS": "1234"})),
        ),
        harmless=(change("storage", BACKUPS, "policy", to=_denying(PLAIN_HTTP, TLS_VERSION)),),
        unknown=forget("storage", BACKUPS, "policy"),
        decided_by_reference=True,
    ),
    "TIER_AWS_017": Case(
        faults=(
            drop("network", "aws_vpc_endpoint.s3"),
            change("network", "aws_vpc_endpoint.s3", "service_name", to="com.amazonaws.us-east-1.dynamodb"),
            change("network", "aws_vpc_endpoint.s3", "vpc_endpoint_type", to="Interface"),
            change("network", "aws_vpc_endpoint.s3", "route_table_ids", to=[]),
            rewire("network", "aws_vpc_endpoint.s3", "route_table_ids", "aws_route_table.private"),
            rewire("network", "aws_vpc_endpoint.s3", "route_table_ids", "aws_route_table.database"),
        ),
        harmless=(rewire("network", "aws_vpc_endpoint.s3", "route_table_ids", "aws_route_table.public"),),
        unknown=forget("network", "aws_vpc_endpoint.s3", "service_name"),
    ),
}
