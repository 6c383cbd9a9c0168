"""Rows: CloudFront as a network, and as what the request path begins with; Route 53."""

from __future__ import annotations

from tests.features.mutation import change, drop, redirect, rewire
from tests.features.reading import Reading
from tests.features.row import Row, Tier

DISTRIBUTION = "aws_cloudfront_distribution.this"
API = "aws_cloudfront_cache_policy.api"
METRICS = "aws_cloudfront_monitoring_subscription.this[0]"
STATUS = (
    "monitoring_subscription", 0, "realtime_metrics_subscription_config", 0, "realtime_metrics_subscription_status"
)  # fmt: skip
KEY = "parameters_in_cache_key_and_forwarded_to_origin"
NAMES = ["campshub360.example.com", "www.campshub360.example.com"]
# AWS's managed cache policies have the same ids in every account.
OPTIMIZED, DISABLED = "658327ea-f89d-4fab-a63d-7e88639e58f6", "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"

delivery = Row("Global content delivery with CloudFront")


@delivery.proves(change("edge", DISTRIBUTION, "enabled", to=False))
def a_distribution(reading: Reading, tier: Tier) -> None:
    assert reading.one("edge", DISTRIBUTION)["enabled"] is True


@delivery.proves(change("edge", DISTRIBUTION, "aliases", to=NAMES[:1]))
def under_the_domains_names(reading: Reading, tier: Tier) -> None:
    assert reading.one("edge", DISTRIBUTION)["aliases"] == NAMES


@delivery.proves(change("edge", DISTRIBUTION, "is_ipv6_enabled", to=False))
def over_ipv6(reading: Reading, tier: Tier) -> None:
    assert reading.one("edge", DISTRIBUTION)["is_ipv6_enabled"] is True


@delivery.proves(change("edge", DISTRIBUTION, "http_version", to="http1.1"))
def over_http_2_and_3(reading: Reading, tier: Tier) -> None:
    assert reading.one("edge", DISTRIBUTION)["http_version"] == "http2and3"


@delivery.proves(
    change("edge", DISTRIBUTION, "default_cache_behavior", 0, "compress", to=False),
    change("edge", DISTRIBUTION, "ordered_cache_behavior", {"path_pattern": "/static/*"}, "compress", to=False),
)
def compressed(reading: Reading, tier: Tier) -> None:
    distribution = reading.one("edge", DISTRIBUTION)
    behaviours = [*distribution["default_cache_behavior"], *distribution["ordered_cache_behavior"]]
    assert {item["compress"] for item in behaviours} == {True}


@delivery.proves(change("edge", DISTRIBUTION, "price_class", to="PriceClass_All"))
def from_the_tiers_edge_locations(reading: Reading, tier: Tier) -> None:
    assert reading.one("edge", DISTRIBUTION)["price_class"] == tier.price_class


@delivery.proves(
    change("edge", DISTRIBUTION, "restrictions", 0, "geo_restriction", 0, "restriction_type", to="whitelist")
)
def to_every_country(reading: Reading, tier: Tier) -> None:
    [restriction] = reading.one("edge", DISTRIBUTION)["restrictions"][0]["geo_restriction"]
    assert restriction["restriction_type"] == "none"


@delivery.proves(
    *(
        change("edge", DISTRIBUTION, "ordered_cache_behavior", {"path_pattern": path}, "cache_policy_id", to=DISABLED)
        for path in ("/media/*", "/static/*")
    )
)
def files_are_kept_at_the_edge(reading: Reading, tier: Tier) -> None:
    behaviours = {item["path_pattern"]: item for item in reading.one("edge", DISTRIBUTION)["ordered_cache_behavior"]}
    assert {behaviours[path].get("cache_policy_id") for path in ("/media/*", "/static/*")} == {OPTIMIZED}


@delivery.proves(
    change("edge", 'aws_cloudfront_response_headers_policy.this["static"]', "custom_headers_config", to=[])
)
def static_files_are_kept_by_browsers(reading: Reading, tier: Tier) -> None:
    policy = reading.one("edge", 'aws_cloudfront_response_headers_policy.this["static"]')
    headers = {item["header"]: item["value"] for part in policy["custom_headers_config"] for item in part["items"]}
    assert headers == {"Cache-Control": "public, max-age=31536000, immutable"}


@delivery.proves(
    change("edge", DISTRIBUTION, "origin", {"origin_id": "application"}, "origin_shield", to=[]), only="tier2"
)
def one_more_cache_before_the_origin(reading: Reading, tier: Tier) -> None:
    [origin] = [item for item in reading.one("edge", DISTRIBUTION)["origin"] if item["origin_id"] == "application"]
    assert origin["origin_shield"] == [{"enabled": True, "origin_shield_region": "us-east-1"}]


@delivery.proves(drop("edge", METRICS), change("edge", METRICS, *STATUS, to="Disabled"), only="tier2")
def the_share_of_the_edge_is_measured(reading: Reading, tier: Tier) -> None:
    assert reading.value("edge", METRICS, *STATUS) == "Enabled"


edge = Row("CloudFront: static files, API responses, media")


def _routed(path: str, origin: str) -> None:
    @edge.proves(
        change("edge", DISTRIBUTION, "ordered_cache_behavior", {"path_pattern": path}, "target_origin_id", to="x"),
        name=f"{path} from {origin}",
    )
    def routed(reading: Reading, tier: Tier) -> None:
        behaviours = reading.one("edge", DISTRIBUTION)["ordered_cache_behavior"]
        assert {item["path_pattern"]: item["target_origin_id"] for item in behaviours}.get(path) == origin


_routed("/api/*", "application")
_routed("/media/*", "media")
_routed("/static/*", "static")


@edge.proves(change("edge", DISTRIBUTION, "default_cache_behavior", 0, "target_origin_id", to="static"))
def pages_from_the_application(reading: Reading, tier: Tier) -> None:
    [behaviour] = reading.one("edge", DISTRIBUTION)["default_cache_behavior"]
    assert behaviour["target_origin_id"] == "application"


@edge.proves(change("edge", API, "default_ttl", to=60), change("edge", API, "max_ttl", to=0))
def api_responses_are_kept_if_the_application_says_so(reading: Reading, tier: Tier) -> None:
    policy = reading.one("edge", API)
    assert (policy["min_ttl"], policy["default_ttl"], policy["max_ttl"]) == (0, 0, 60)


@edge.proves(
    change("edge", API, KEY, 0, "cookies_config", 0, "cookie_behavior", to="none"),
    change("edge", API, KEY, 0, "headers_config", 0, "headers", 0, "items", to=["Host"]),
    change("edge", API, KEY, 0, "query_strings_config", 0, "query_string_behavior", to="none"),
)
def api_responses_are_kept_apart_for_each_user(reading: Reading, tier: Tier) -> None:
    [key] = reading.one("edge", API)[KEY]
    assert key["cookies_config"][0]["cookie_behavior"] == "all"
    assert {"Authorization", "Host"} <= set(key["headers_config"][0]["headers"][0]["items"])
    assert key["query_strings_config"][0]["query_string_behavior"] == "all"


@edge.proves(
    redirect("edge", "load_balancer", "module.balancer.arn"),
    change("edge", DISTRIBUTION, "origin", {"origin_id": "application"}, "vpc_origin_config", to=[]),
)
def the_application_is_reached_inside_the_vpc(reading: Reading, tier: Tier) -> None:
    assert "module.balancer.arn" in reading.references("edge", "load_balancer")
    [origin] = [item for item in reading.one("edge", DISTRIBUTION)["origin"] if item["origin_id"] == "application"]
    assert (len(origin["vpc_origin_config"]), origin["custom_origin_config"]) == (1, [])


def _bucket(name: str) -> None:
    control = f'aws_cloudfront_origin_access_control.this["{name}"]'
    policy = f'aws_s3_bucket_policy.cloudfront["{name}"]'
    domain = f'module.storage.bucket_regional_domain_names["{name}"]'

    @edge.proves(
        change("edge", control, "signing_behavior", to="never"),
        redirect("edge", f"{name}_bucket_domain_name", domain),
        drop("storage", policy),
        rewire("storage", "aws_s3_bucket_policy.cloudfront", "policy", "data.aws_iam_policy_document.cloudfront"),
        name=f"the bucket {name} is read by the distribution",
    )
    def read(reading: Reading, tier: Tier) -> None:
        assert reading.one("edge", control)["signing_behavior"] == "always"
        assert domain in reading.references("edge", f"{name}_bucket_domain_name")
        assert policy in reading.all("storage", "aws_s3_bucket_policy")
        wiring = reading.wiring("storage", "aws_s3_bucket_policy.cloudfront", "policy")
        assert "data.aws_iam_policy_document.cloudfront" in wiring


_bucket("media")
_bucket("static")


@edge.proves(redirect("storage", "cloudfront_distribution_arn", "module.edge.distribution_arn"))
def and_by_no_other_distribution(reading: Reading, tier: Tier) -> None:
    assert "module.edge.distribution_arn" in reading.references("storage", "cloudfront_distribution_arn")


dns = Row("Route 53: hosted zone and records")
ZONE = "aws_route53_zone.this[0]"
CAA = "aws_route53_record.caa"


@dns.proves(drop("dns", ZONE), change("dns", ZONE, "name", to="other.example.com"))
def a_zone_for_the_domain(reading: Reading, tier: Tier) -> None:
    assert reading.one("dns", ZONE)["name"] == NAMES[0]


def _record(name: str, kind: str) -> None:
    address = f'aws_route53_record.alias["{name} {kind}"]'

    @dns.proves(drop("dns", address), change("dns", address, "alias", to=[]), name=f"{name} {kind}")
    def leads_somewhere(reading: Reading, tier: Tier) -> None:
        record = reading.one("dns", address)
        assert (record["name"], record["type"], len(record["alias"])) == (name, kind, 1)


for _name in NAMES:
    _record(_name, "A")
    _record(_name, "AAAA")


@dns.proves(redirect("dns", "distribution_domain_name", "module.edge.domain_name"))
def names_lead_to_the_distribution(reading: Reading, tier: Tier) -> None:
    assert "module.edge.domain_name" in reading.references("dns", "distribution_domain_name")


@dns.proves(drop("dns", CAA), change("dns", CAA, "records", to=['0 issue "other.example"']))
def only_aws_may_issue_certificates(reading: Reading, tier: Tier) -> None:
    assert reading.one("dns", CAA)["records"] == ['0 issue "amazon.com"']


@dns.proves(drop("dns", f'aws_route53_record.validation["{NAMES[1]}"]'))
def certificates_are_validated(reading: Reading, tier: Tier) -> None:
    records = reading.all("dns", "aws_route53_record")
    assert {f'aws_route53_record.validation["{name}"]' for name in NAMES} <= set(records)
