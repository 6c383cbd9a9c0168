"""What viewers meet: CloudFront, WAF, Route 53."""

from __future__ import annotations

from generator.cost.uses import Part, Setting, Unpriced, month, traffic, unstated
from generator.policy import Resource

MILLION = 1_000_000
REALTIME_METRICS = 8  # additional metrics of a distribution (Amazon CloudFront, developer guide), priced as custom ones


def distribution(resource: Resource, setting: Setting) -> Part:
    """Yield the requests and the gigabytes of a distribution."""
    if setting.volumes is None:
        yield unstated(resource, "requests and gigabytes")
        return
    volumes, viewers = setting.volumes, setting.volumes.traffic.viewers
    where = "us" if viewers == "us" else "other"
    many = f"{volumes.requests / MILLION:.1f} M requests"
    yield traffic(resource, "HTTPS requests", f"cloudfront.https_10k.{where}", volumes.requests / 10_000, many)
    size = f"{many} x {volumes.traffic.response_kb:g} kB"
    yield traffic(resource, "gigabytes to viewers", f"cloudfront.out_gb.{viewers}", volumes.out_gb, size)
    origin = "india" if viewers == "india" else "us"
    yield traffic(resource, "gigabytes to the origins", f"cloudfront.to_origin_gb.{origin}", volumes.to_origin_gb,
                  f"{volumes.missed / MILLION:.1f} M requests x {volumes.traffic.request_kb:g} kB")  # fmt: skip


def realtime_metrics(resource: Resource, _setting: Setting) -> Part:
    """Yield the additional metrics of a distribution."""
    yield month(resource, "additional metrics", "cloudwatch.metric", REALTIME_METRICS)


def web_acl(resource: Resource, setting: Setting) -> Part:
    """Yield a web ACL, its rules and the requests that it looks at."""
    rules = len(resource.blocks("rule"))
    yield month(resource, "web ACL", "waf.acl")
    yield month(resource, "rules and rule groups", "waf.rule", rules, f"{rules} rules")
    if setting.volumes is None:
        yield unstated(resource, "requests")
        return
    requests = setting.volumes.requests / MILLION
    yield traffic(resource, "requests looked at", "waf.requests_1m", requests, f"{requests:.1f} M requests")


def zone(resource: Resource, _setting: Setting) -> Part:
    """Yield a hosted zone; queries of alias records are free."""
    yield month(resource, "hosted zone", "route53.zone")


def health_check(resource: Resource, _setting: Setting) -> Part:
    """Yield a health check."""
    yield month(resource, "health check", "route53.health_check.aws")


def query_log(resource: Resource, _setting: Setting) -> Part:
    """Yield that a log of DNS queries takes in what nobody states: resolvers keep answers, so traffic does not tell."""
    yield Unpriced(resource.address, resource.type, "how many names are looked up is in no traffic model")


RULES = {
    "aws_cloudfront_distribution": distribution,
    "aws_cloudfront_monitoring_subscription": realtime_metrics,
    "aws_wafv2_web_acl": web_acl,
    "aws_route53_zone": zone,
    "aws_route53_health_check": health_check,
    "aws_route53_query_log": query_log,
}
