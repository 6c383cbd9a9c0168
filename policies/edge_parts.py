"""What a distribution is put together from is sound: headers, cache, access to buckets and VPC origins."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from generator.policy import Fault, Resource, Severity, known, policy, rejected

YEAR = 31536000
# How long an answer is kept at most if its origin does not say: a day by default, a year for what never changes.
LONGEST_DEFAULT, LONGEST = 86400, YEAR
# Seconds that a tier's edge may keep what the application answers: long enough for a rush, too short to mislead.
SHORT = (60, 300)
REFERRERS = ("no-referrer", "same-origin", "strict-origin", "strict-origin-when-cross-origin")
DISTRIBUTION = "aws_cloudfront_distribution"


@policy(
    id="TIER_AWS_010",
    title="Headers, cache, bucket access and VPC origins of a distribution are safe",
    severity=Severity.HIGH,
    why="Without its headers a page can be framed or asked for in clear; an unsigned origin request is anybody's.",
    remedy="set in `security_headers_config` HSTS of a year, nosniff, frame options and referrer policy with "
    "`override = true`, sign with sigv4 always, and let a VPC origin speak TLS 1.2 only",
    source="https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/understanding-response-headers-policies.html",
    resources=[
        "aws_cloudfront_response_headers_policy",
        "aws_cloudfront_origin_access_control",
        "aws_cloudfront_vpc_origin",
        "aws_cloudfront_cache_policy",
    ],
    unknown=rejected("a literal of the module"),
)
def sound(resource: Resource) -> Iterator[Fault]:
    """Judge a part by its kind."""
    yield from JUDGES[resource.type](resource)


def _first(block: Any, name: str) -> Mapping[str, Any]:
    """Return the first block of a name in another; an empty one if there is none."""
    found = (block.get(name) if block else None) or []
    return found[0] or {} if found else {}


def _headers(headers: Resource) -> Iterator[Fault]:
    """Ask for the four headers, whatever the origin says."""
    config = headers.block("security_headers_config")
    place = "security_headers_config[0]"
    transport = _first(config, "strict_transport_security")
    age = transport.get("access_control_max_age_sec") or 0
    if int(age) < YEAR:
        yield Fault(f"browsers ask by HTTPS for {age} seconds only", f"{place}.strict_transport_security")
    if transport and str(transport.get("include_subdomains")).lower() != "true":
        yield Fault("browsers ask other names below it in clear", f"{place}.strict_transport_security")
    if _first(config, "frame_options").get("frame_option") not in ("DENY", "SAMEORIGIN"):
        yield Fault("another site may frame its pages", f"{place}.frame_options")
    if _first(config, "referrer_policy").get("referrer_policy") not in REFERRERS:
        yield Fault("other sites are told what was read here", f"{place}.referrer_policy")
    for name in ("strict_transport_security", "content_type_options", "frame_options", "referrer_policy"):
        block = _first(config, name)
        if not block:
            yield Fault(f"it does not set {name}", place)
        elif str(block.get("override")).lower() != "true":
            yield Fault(f"the origin may say otherwise: {name}", f"{place}.{name}")
    cross = _first(headers.values, "cors_config")
    origins = _first(cross, "access_control_allow_origins").get("items") or []
    if "*" in origins and str(cross.get("access_control_allow_credentials")).lower() == "true":
        yield Fault("a page of any site may ask as its visitor", "cors_config")


def _access(control: Resource) -> Iterator[Fault]:
    """Ask that each request to a bucket is signed, and that an origin uses it."""
    if control["signing_behavior"] != "always":
        yield Fault(f"it signs {control['signing_behavior']}", "signing_behavior")
    if control["signing_protocol"] != "sigv4":
        yield Fault(f"it signs by {control['signing_protocol']}", "signing_protocol")
    if not control["origin_access_control_origin_type"]:
        yield Fault("it says not what it signs for", "origin_access_control_origin_type")


def _inner(origin: Resource) -> Iterator[Fault]:
    """Ask a VPC origin for TLS 1.2, its load balancer, and a distribution that uses it."""
    config = origin.block("vpc_origin_endpoint_config")
    place = "vpc_origin_endpoint_config[0]"
    if config.get("origin_protocol_policy") != "https-only":
        yield Fault("it speaks plain HTTP", f"{place}.origin_protocol_policy")
    protocols = [
        item for block in filter(None, config.get("origin_ssl_protocols") or []) for item in block.get("items") or []
    ]
    if not protocols or any(item not in ("TLSv1.2", "TLSv1.3") for item in protocols):
        yield Fault(f"it speaks {', '.join(map(str, protocols)) or 'no TLS'}", f"{place}.origin_ssl_protocols")
    arn, found = config.get("arn"), origin.refers_to("vpc_origin_endpoint_config", 0, "arn")
    if known(arn) and not arn:
        yield Fault("nothing is behind it", f"{place}.arn")
    elif not known(arn) and not found:
        config["arn"].get()
    for balancer in found:
        yield from _port(origin, balancer, config.get("https_port"))


def _port(origin: Resource, balancer: Resource, port: Any) -> Iterator[Fault]:
    """Ask that a listener of the load balancer is at the port of the origin."""
    listeners = origin.plan.pointing_to(balancer, "aws_lb_listener", "load_balancer_arn")
    if listeners and not any(item["port"] == port for item in listeners):
        yield Fault(f"nothing listens at its port {port}", "vpc_origin_endpoint_config[0].https_port")


def _cache(cache: Resource) -> Iterator[Fault]:
    """Judge how long answers are kept, and apart by what."""
    low, usual, high = (int(cache[name] or 0) for name in ("min_ttl", "default_ttl", "max_ttl"))
    if not low <= usual <= high:
        yield Fault(f"it keeps answers {usual} seconds, between {low} and {high}", "default_ttl")
    if usual > LONGEST_DEFAULT or high > LONGEST:
        yield Fault(f"it keeps answers {usual} seconds, at most {high}", "max_ttl")
    if low > 0 and _to_application(cache):
        yield Fault("it keeps what an origin says is nobody else's", "min_ttl")
    if cache.plan.tier and _to_application(cache) and not SHORT[0] <= high <= SHORT[1]:
        yield Fault(
            f"it may keep the application's answers for {high} seconds, not {SHORT[0]} to {SHORT[1]}", "max_ttl"
        )
    keyed = cache.block("parameters_in_cache_key_and_forwarded_to_origin")
    place = "parameters_in_cache_key_and_forwarded_to_origin[0]"
    for name in ("enable_accept_encoding_brotli", "enable_accept_encoding_gzip"):
        if str(keyed.get(name)).lower() != "true":
            yield Fault(f"answers are not compressed: {name}", f"{place}.{name}")
    cookies = _first(keyed, "cookies_config").get("cookie_behavior")
    headers = {
        str(item).lower()
        for block in filter(None, _first(keyed, "headers_config").get("headers") or [])
        for item in block.get("items") or []
    }
    alone = cookies in ("none", None) or bool(cache.plan.tier)  # in a tier tokens log users in, too
    if alone and "authorization" not in headers and _to_application(cache):
        yield Fault("one visitor's answers are given to another", place)
    if _first(keyed, "query_strings_config").get("query_string_behavior") == "none" and _to_application(cache):
        yield Fault("answers to other questions are given", f"{place}.query_strings_config")
    if "user-agent" in headers:
        yield Fault("each browser has answers of its own, so that none is found again", f"{place}.headers_config")


def _to_application(cache: Resource) -> bool:
    """Say whether a behaviour to a VPC origin or server has the cache policy."""
    for distribution in cache.plan.of(DISTRIBUTION):
        servers = {
            origin.get("origin_id")
            for origin in distribution.blocks("origin")
            if origin.get("vpc_origin_config") or origin.get("custom_origin_config")
        }
        for name in ("default_cache_behavior", "ordered_cache_behavior"):
            for index, behaviour in enumerate(distribution.blocks(name)):
                used = distribution.points_to(cache, name, index, "cache_policy_id")
                if used and behaviour.get("target_origin_id") in servers:
                    return True
    return False


JUDGES: dict[str, Callable[[Resource], Iterator[Fault]]] = {
    "aws_cloudfront_response_headers_policy": _headers,
    "aws_cloudfront_origin_access_control": _access,
    "aws_cloudfront_vpc_origin": _inner,
    "aws_cloudfront_cache_policy": _cache,
}
