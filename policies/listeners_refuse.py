"""Listeners speak TLS 1.3 and refuse what no rule expects; plain HTTP only says where HTTPS is."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from generator.policy import Fault, Resource, Severity, known, policy, rejected

BALANCERS, LISTENERS = ("aws_lb", "aws_alb"), ("aws_lb_listener", "aws_alb_listener")
RULES = ("aws_lb_listener_rule", "aws_alb_listener_rule")
# TLS 1.2 and 1.3 with forward secrecy: those that end in Ext1 and Ext2 have older ciphers, 1-0 and 1-1 older versions.
STRONG = re.compile(r"ELBSecurityPolicy-TLS13-1-[23](-Res)?(-FIPS)?(-PQ)?-\d{4}-\d{2}")
LOWER_LAYER = ("TCP", "UDP", "TCP_UDP", "GENEVE", "QUIC", "TCP_QUIC")


@policy(
    id="TIER_AWS_006",
    title="Listeners speak TLS 1.3, refuse what no rule expects, and redirect plain HTTP",
    severity=Severity.HIGH,
    why="Old TLS can be read on the way, and a listener that forwards by default serves whoever finds its address.",
    remedy="set `protocol` to HTTPS, `ssl_policy` to ELBSecurityPolicy-TLS13-1-2-2021-06, a `certificate_arn`, and a "
    "`default_action` with a fixed response of 403",
    source="https://docs.aws.amazon.com/elasticloadbalancing/latest/application/describe-ssl-policies.html",
    resources=[*LISTENERS, *BALANCERS],
    unknown=rejected("protocol and action are literals, and a certificate is found by reference"),
)
def refuse(resource: Resource) -> Iterator[Fault]:
    """Judge a listener, and ask of a load balancer that it has one."""
    if resource.type in BALANCERS:
        if resource["load_balancer_type"] in (None, "", "application") and not _secure(resource):
            yield Fault("no listener of it speaks HTTPS")
        return
    protocol = str(resource["protocol"] or "HTTP").upper()
    if protocol in LOWER_LAYER:
        return
    if protocol == "HTTP":
        yield from _plain(resource)
        return
    yield from _tls(resource)
    if protocol == "HTTPS":
        yield from _default(resource)


def _secure(balancer: Resource) -> bool:
    """Say whether an HTTPS listener is on a load balancer."""
    plan = balancer.plan
    found = [item for kind in LISTENERS for item in plan.pointing_to(balancer, kind, "load_balancer_arn")]
    return any(item["protocol"] == "HTTPS" for item in found)


def _plain(listener: Resource) -> Iterator[Fault]:
    """Let plain HTTP redirect to HTTPS, and nothing else."""
    for index, action in enumerate(listener.blocks("default_action")):
        target = (action.get("redirect") or [{}])[0] or {}
        if action.get("type") != "redirect" or target.get("protocol") != "HTTPS":
            yield Fault("it answers plain HTTP with more than a redirect to HTTPS", f"default_action[{index}]")
    for kind in RULES:
        for rule in listener.plan.pointing_to(listener, kind, "listener_arn"):
            if any(action.get("type") != "redirect" for action in rule.blocks("action")):
                yield Fault(f"{rule.address} answers plain HTTP with more than a redirect")


def _tls(listener: Resource) -> Iterator[Fault]:
    """Ask for a strong policy and a certificate."""
    name = listener["ssl_policy"]
    if not name or not STRONG.fullmatch(str(name)):
        yield Fault(f"its TLS policy is {name or 'the oldest that AWS still has'}", "ssl_policy")
    certificate = listener["certificate_arn"]
    if known(certificate):
        if not certificate:
            yield Fault("it has no certificate", "certificate_arn")
        return
    found = [item for item in listener.refers_to("certificate_arn") if "certificate" in item.type]
    if not found:
        certificate.get()


def _default(listener: Resource) -> Iterator[Fault]:
    """Ask that the default refuses, and that something is expected."""
    actions = listener.blocks("default_action")
    for index, action in enumerate(actions):
        if not _refuses(action):
            yield Fault("by default it answers what no rule expects", f"default_action[{index}]")
    if not actions:
        yield Fault("it does not say what to do by default", "default_action")
    if not any(listener.plan.pointing_to(listener, kind, "listener_arn") for kind in RULES):
        yield Fault("no rule forwards what it gets")


def _refuses(action: Mapping[str, Any]) -> bool:
    """Say whether an action refuses: with a status from 400 to 499."""
    response = (action.get("fixed_response") or [{}])[0] or {}
    status = str(response.get("status_code") or "")
    return bool(action.get("type") == "fixed-response" and status.startswith("4"))
