"""A distribution speaks TLS 1.2 or newer with viewers and origins, and every behaviour has its policies."""

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from generator.policy import TIERS, Fault, Resource, Severity, known, policy, rejected

VIEWERS = ("redirect-to-https", "https-only")
TLS = ("TLSv1.2_2021", "TLSv1.2_2025", "TLSv1.3_2025")
OLD = ("SSLv3", "TLSv1", "TLSv1.1")
# What is safe to ask twice; the application takes all methods, buckets take these.
READING = {"GET", "HEAD", "OPTIONS"}
ALL = READING | {"DELETE", "PATCH", "POST", "PUT"}
# How long a gateway's error is remembered at most, in seconds.
LONGEST_ERROR = 10
LONGEST_READ = 120
CERTIFICATE = "aws_acm_certificate"
# What a tier's edge must not treat like pages: answers that may be kept shortly, and files.
PATHS = ("/api/*", "/media/*", "/static/*")
# AWS's own policies that answer other sites' pages, and set no header that protects.
CORS_ONLY = {
    "60669652-455b-4ae9-85a4-c4c02393f86c": "SimpleCORS",
    "5cc3b908-e619-4b99-88e5-2cf7f45965bd": "CORS-With-Preflight",
}


@policy(
    id="TIER_AWS_009",
    title="Distributions speak TLS 1.2 with viewers and origins, and each behaviour has its policies",
    severity=Severity.HIGH,
    why="What is said in clear can be read on the way; a behaviour without a policy answers without its headers.",
    remedy="set `viewer_protocol_policy`, `minimum_protocol_version` to TLSv1.2_2021 or newer, in each behaviour "
    "`cache_policy_id`, `response_headers_policy_id` and `compress`, and origins by HTTPS, VPC origin or OAC",
    source="https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/secure-connections-supported-viewer-protocols-ciphers.html",
    resources=["aws_cloudfront_distribution"],
    unknown=rejected("protocols are literals; that a policy is set shows before the apply"),
)
def guarded(distribution: Resource) -> Iterator[Fault]:
    """Judge the distribution, its viewers, its behaviours and its origins."""
    if str(distribution["enabled"]).lower() != "true":
        yield Fault("it is switched off", "enabled")
    if distribution["staging"]:
        yield Fault("it is a staging distribution, which viewers do not reach", "staging")
    yield from _viewers(distribution)
    origins = _origins(distribution)
    for place, behaviour in _behaviours(distribution):
        yield from _behaviour(place, behaviour, origins)
    patterns = {block.get("path_pattern") for block in distribution.blocks("ordered_cache_behavior")}
    for path in PATHS if distribution.plan.tier in TIERS else ():
        if path not in patterns and all(map(known, patterns)):
            yield Fault(f"it has no behaviour for {path}, which then goes to the application", "ordered_cache_behavior")
    for index, origin in enumerate(distribution.blocks("origin")):
        yield from _origin(distribution, f"origin[{index}]", origin)
    for index, error in enumerate(distribution.blocks("custom_error_response")):
        if int(error.get("error_code") or 0) >= 500 and int(error.get("error_caching_min_ttl") or 0) > LONGEST_ERROR:
            yield Fault(
                f"an error is remembered for {error.get('error_caching_min_ttl')} seconds",
                f"custom_error_response[{index}].error_caching_min_ttl",
            )


def _origins(distribution: Resource) -> Mapping[str, Mapping[str, Any]]:
    """Return the origins by their ids, and each group of origins as its first member."""
    origins = {str(origin.get("origin_id")): origin for origin in distribution.blocks("origin")}
    groups = {
        str(group.get("origin_id")): origins.get(str(member.get("origin_id")), {})
        for group in distribution.blocks("origin_group")
        for member in (group.get("member") or [])[:1]
    }
    return {**groups, **origins}


def _viewers(distribution: Resource) -> Iterator[Fault]:
    """Judge names, certificate and protocol."""
    certificate = distribution.block("viewer_certificate")
    aliases = distribution["aliases"]
    if known(aliases) and not aliases and distribution.plan.tier in TIERS:
        yield Fault("it answers by no name of ours", "aliases")
    if known(aliases) and aliases and distribution.plan.tier in TIERS:
        yield from _certified(distribution, aliases)
    given = [certificate.get(name) for name in ("acm_certificate_arn", "iam_certificate_id")]
    if not any(not known(item) or item for item in given):
        yield Fault("it has no certificate of its own, and so takes any TLS", "viewer_certificate")
        return
    version = certificate.get("minimum_protocol_version")
    if version not in TLS:
        yield Fault(f"it takes {version or 'TLSv1'} from viewers", "viewer_certificate[0].minimum_protocol_version")
    if certificate.get("ssl_support_method") == "vip":
        yield Fault("it pays for an address of its own", "viewer_certificate[0].ssl_support_method")


def _certified(distribution: Resource, aliases: Collection[Any]) -> Iterator[Fault]:
    """Ask for each name that the certificate is made for: what it does not answer by, viewers cannot reach."""
    referred = distribution.refers_to("viewer_certificate", 0, "acm_certificate_arn")
    validated = [item for found in referred for item in found.refers_to("certificate_arn")]
    for found in (item for item in (*referred, *validated) if item.type == CERTIFICATE):
        for name in dict.fromkeys([found["domain_name"], *(found["subject_alternative_names"] or [])]):
            if known(name) and name and not str(name).startswith("*") and name not in aliases:
                yield Fault(f"it does not answer by {name}, which its certificate is made for", "aliases")


def _behaviours(distribution: Resource) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for name in ("default_cache_behavior", "ordered_cache_behavior"):
        for index, behaviour in enumerate(distribution.blocks(name)):
            yield f"{name}[{index}]", behaviour


def _behaviour(place: str, behaviour: Mapping[str, Any], origins: Mapping[str, Mapping[str, Any]]) -> Iterator[Fault]:
    """Judge one behaviour: its protocol, policies, methods and origin."""
    if behaviour.get("viewer_protocol_policy") not in VIEWERS:
        yield Fault("it answers viewers over plain HTTP", f"{place}.viewer_protocol_policy")
    for name in ("cache_policy_id", "response_headers_policy_id"):
        value = behaviour.get(name)
        if known(value) and not value and not (name == "cache_policy_id" and behaviour.get("forwarded_values")):
            yield Fault(f"a behaviour has no {name}", f"{place}.{name}")
    headers = behaviour.get("response_headers_policy_id")
    if known(headers) and headers in CORS_ONLY:
        yield Fault(f"{CORS_ONLY[headers]} sets no security headers", f"{place}.response_headers_policy_id")
    if str(behaviour.get("compress")).lower() != "true":
        yield Fault("it sends without compressing", f"{place}.compress")
    origin = origins.get(str(behaviour.get("target_origin_id")), {})
    if not origin:
        yield Fault("a behaviour has no origin", f"{place}.target_origin_id")
    methods, cached = set(behaviour.get("allowed_methods") or []), set(behaviour.get("cached_methods") or [])
    if origin.get("vpc_origin_config") and not methods >= ALL:
        yield Fault("the application does not get all methods", f"{place}.allowed_methods")
    if _bucket(origin) and not methods <= READING:
        yield Fault(
            f"viewers may {', '.join(sorted(map(str, methods - READING)))} in a bucket", f"{place}.allowed_methods"
        )
    if not cached <= READING:
        yield Fault("answers to other methods than GET and HEAD are kept", f"{place}.cached_methods")


def _bucket(origin: Mapping[str, Any]) -> bool:
    """Say whether an origin is a bucket: it is, unless it says how to speak to a server."""
    return bool(origin) and not origin.get("custom_origin_config") and not origin.get("vpc_origin_config")


def _origin(distribution: Resource, place: str, origin: Mapping[str, Any]) -> Iterator[Fault]:
    """Judge how CloudFront reaches an origin."""
    for config in filter(None, origin.get("custom_origin_config") or []):
        if config.get("origin_protocol_policy") != "https-only":
            yield Fault("CloudFront reaches its origin over plain HTTP", f"{place}.custom_origin_config")
        if any(item in OLD for item in config.get("origin_ssl_protocols") or []):
            yield Fault("CloudFront takes old TLS from its origin", f"{place}.custom_origin_config")
        if distribution.plan.tier in TIERS:
            yield Fault("its origin is on the internet, not a VPC origin", f"{place}.custom_origin_config")
    yield from _inner(distribution, place, origin)
    if _bucket(origin):
        control, identity = origin.get("origin_access_control_id"), origin.get("s3_origin_config")
        if known(control) and not control:
            how = "by an identity of the older kind" if identity else "without signing requests"
            yield Fault(f"CloudFront reaches a bucket {how}", f"{place}.origin_access_control_id")


def _inner(distribution: Resource, place: str, origin: Mapping[str, Any]) -> Iterator[Fault]:
    """Judge how CloudFront reaches an origin that is in the VPC."""
    for config in filter(None, origin.get("vpc_origin_config") or []):
        if known(config.get("vpc_origin_id")) and not config.get("vpc_origin_id"):
            yield Fault("its VPC origin is none", f"{place}.vpc_origin_config")
        seconds = config.get("origin_read_timeout")
        if known(seconds) and seconds is not None and int(seconds) > LONGEST_READ:
            yield Fault(f"it waits {seconds} seconds for an answer", f"{place}.vpc_origin_config")
        shield = (origin.get("origin_shield") or [{}])[0] or {}
        if distribution.plan.tier == "tier2" and str(shield.get("enabled")).lower() != "true":
            yield Fault("no origin shield is before the application", f"{place}.origin_shield")
