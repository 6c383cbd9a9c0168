"""The edge: who may speak to it, what it keeps, how it speaks to the origins."""

from __future__ import annotations

import pytest

BASE = {
    "name": "shop",
    "access_log_bucket_arn": "arn:aws:s3:::shop-logs-123456789012-us-east-1",
    "aliases": ["shop.example.com"],
    "certificate_arn": "arn:aws:acm:us-east-1:123456789012:certificate/11111111-2222-3333-4444-555555555555",
    "load_balancer": {
        "arn": "arn:aws:elasticloadbalancing:us-east-1:123456789012:loadbalancer/app/shop/0123456789abcdef",
        "dns_name": "internal-shop-1.us-east-1.elb.amazonaws.com",
    },
    "media_bucket_domain_name": "shop-media.s3.us-east-1.amazonaws.com",
    "static_bucket_domain_name": "shop-static.s3.us-east-1.amazonaws.com",
}
ALL_VIEWER = "216adef6-5c7f-47e4-b989-5492eafa07d3"
FULL = {
    **BASE,
    "content_security_policy": "default-src 'self'",
    "geo_restriction": {"allow": ["IN", "GB"]},
    "media_key_group_ids": ["kg-1"],
    "origin_shield_region": "us-east-1",
    "realtime_metrics": True,
    "price_class": "PriceClass_All",
}


def values(plan, address: str) -> dict:
    return plan.modules["module.this"].resources[address]["values"]


def distribution(plan) -> dict:
    return values(plan, "aws_cloudfront_distribution.this")


def behaviours(plan) -> dict:
    found = distribution(plan)
    return {
        "default": found["default_cache_behavior"][0],
        **{item["path_pattern"]: item for item in found["ordered_cache_behavior"]},
    }


def test_viewers_speak_modern_tls_or_are_redirected(plan_module) -> None:
    plan = plan_module("cloudfront", **BASE)
    [certificate] = distribution(plan)["viewer_certificate"]
    assert (certificate["minimum_protocol_version"], certificate["ssl_support_method"]) == ("TLSv1.2_2021", "sni-only")
    policies = {path: item["viewer_protocol_policy"] for path, item in behaviours(plan).items()}
    assert policies == {
        "default": "redirect-to-https",
        "/api/*": "https-only",
        "/media/*": "redirect-to-https",
        "/static/*": "redirect-to-https",
    }
    assert distribution(plan)["http_version"] == "http2and3"
    assert distribution(plan)["is_ipv6_enabled"] is True


def test_the_load_balancer_is_reached_privately_over_https(plan_module) -> None:
    [endpoint] = values(plan_module("cloudfront", **BASE), "aws_cloudfront_vpc_origin.this")[
        "vpc_origin_endpoint_config"
    ]
    assert endpoint["origin_protocol_policy"] == "https-only"
    assert endpoint["origin_ssl_protocols"] == [{"items": ["TLSv1.2"], "quantity": 1}]
    assert endpoint["arn"] == BASE["load_balancer"]["arn"]
    origins = {item["origin_id"]: item for item in distribution(plan_module("cloudfront", **BASE))["origin"]}
    assert set(origins) == {"application", "media", "static"}
    assert all(not item["custom_header"] for item in origins.values()), "a secret header would be in the state"


def test_buckets_are_read_with_signed_requests_only(plan_module) -> None:
    for name in ("media", "static"):
        control = values(plan_module("cloudfront", **BASE), f'aws_cloudfront_origin_access_control.this["{name}"]')
        assert (control["signing_behavior"], control["signing_protocol"]) == ("always", "sigv4")


def test_pages_are_not_kept_and_static_files_are_immutable(plan_module) -> None:
    plan = plan_module("cloudfront", **BASE)
    assert behaviours(plan)["default"]["cache_policy_id"] == "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"
    [headers] = values(plan, 'aws_cloudfront_response_headers_policy.this["static"]')["custom_headers_config"]
    assert [(item["header"], item["value"]) for item in headers["items"]] == [
        ("Cache-Control", "public, max-age=31536000, immutable")
    ]
    api = values(plan, "aws_cloudfront_cache_policy.api")
    assert (api["min_ttl"], api["default_ttl"], api["max_ttl"]) == (0, 0, 60)
    [key] = api["parameters_in_cache_key_and_forwarded_to_origin"]
    assert {"Authorization", "Host"} <= set(key["headers_config"][0]["headers"][0]["items"])


def test_all_that_tells_users_apart_is_in_the_key_of_api_answers(plan_module) -> None:
    plan = plan_module("cloudfront", **BASE)
    assert behaviours(plan)["/api/*"]["origin_request_policy_id"] == ALL_VIEWER, "all cookies reach the application"
    [key] = values(plan, "aws_cloudfront_cache_policy.api")["parameters_in_cache_key_and_forwarded_to_origin"]
    assert key["cookies_config"][0]["cookie_behavior"] == "all"
    assert key["query_strings_config"][0]["query_string_behavior"] == "all"


def test_every_behaviour_has_security_headers(plan_module) -> None:
    plan = plan_module("cloudfront", **BASE)
    for name in ("pages", "static"):
        [headers] = values(plan, f'aws_cloudfront_response_headers_policy.this["{name}"]')["security_headers_config"]
        [hsts] = headers["strict_transport_security"]
        assert hsts["access_control_max_age_sec"] == 31536000
        assert headers["content_type_options"] == [{"override": True}]
        assert headers["frame_options"][0]["frame_option"] == "DENY"
    unknown = plan.resource_changes["module.this.aws_cloudfront_distribution.this"]["change"]["after_unknown"]
    assert unknown["default_cache_behavior"][0]["response_headers_policy_id"] is True
    assert all(item["response_headers_policy_id"] is True for item in unknown["ordered_cache_behavior"])


def test_requests_are_logged(plan_module) -> None:
    plan = plan_module("cloudfront", **BASE)
    [configuration] = values(plan, "aws_cloudwatch_log_delivery_destination.this")["delivery_destination_configuration"]
    assert configuration["destination_resource_arn"] == f"{BASE['access_log_bucket_arn']}/cloudfront"
    assert values(plan, "aws_cloudwatch_log_delivery_source.this")["log_type"] == "ACCESS_LOGS"


def test_options(plan_module) -> None:
    plan = plan_module("cloudfront", **FULL)
    assert behaviours(plan)["/media/*"]["trusted_key_groups"] == ["kg-1"]
    assert not behaviours(plan)["/static/*"]["trusted_key_groups"]
    [restriction] = distribution(plan)["restrictions"][0]["geo_restriction"]
    assert (restriction["restriction_type"], sorted(restriction["locations"])) == ("whitelist", ["GB", "IN"])
    assert "aws_cloudfront_monitoring_subscription.this[0]" in plan.modules["module.this"].resources
    shields = {item["origin_id"]: item["origin_shield"] for item in distribution(plan)["origin"]}
    assert shields["application"] == [{"enabled": True, "origin_shield_region": "us-east-1"}]


def test_wrong_inputs_are_refused_with_what_to_write(plan_module) -> None:
    wrong = {
        **BASE,
        "name": "S",
        "price_class": "All",
        "read_timeout": 0,
        "aliases": [],
        "api_cache": {"max_ttl": 0, "headers": ["Cookie", *(f"X-{number}" for number in range(8))]},
        "geo_restriction": {"allow": ["India"], "deny": ["US"]},
    }
    with pytest.raises(AssertionError) as caught:
        plan_module("cloudfront", **wrong)
    said = " ".join(str(caught.value).split())
    for text in (
        "name: write 3 to 30",
        "price_class: write",
        "read_timeout: write",
        "api_cache.max_ttl: write",
        "write allow or deny, not both",
        "aliases: write at least one",
        "api_cache.headers: write at most 8",
        "api_cache.headers: leave out",
        "write countries as two capital letters",
    ):
        assert text in said, text
