"""Certificates are validated by DNS, so that they renew, have strong keys and stand in the public logs."""

from collections.abc import Iterator

from generator.policy import TIERS, Fault, Resource, Severity, known, policy, rejected

EDGE = "us-east-1"
KEYS = ("RSA_2048", "RSA_3072", "RSA_4096", "EC_prime256v1", "EC_secp384r1", "EC_secp521r1")
RECORD = "aws_route53_record"


@policy(
    id="TIER_AWS_014",
    title="Certificates are validated by DNS, have strong keys and are logged publicly",
    severity=Severity.MEDIUM,
    why="A certificate that nobody renews ends one night, and one that is in no log is refused by browsers.",
    remedy='set `validation_method = "DNS"`, a `key_algorithm` of RSA_2048 or stronger, and leave transparency '
    "logging on, with an `aws_route53_record` of validation for each name",
    source="https://docs.aws.amazon.com/acm/latest/userguide/dns-validation.html",
    resources=["aws_acm_certificate"],
    unknown=rejected("a literal of the module"),
)
def validated(certificate: Resource) -> Iterator[Fault]:
    """Judge a certificate that AWS issues, and refuse one that is brought along."""
    if _given(certificate, "private_key") or _given(certificate, "certificate_body"):
        yield Fault("it is brought along, its key is in the state, and nobody renews it", "private_key")
        return
    if certificate["certificate_authority_arn"]:
        return
    method = certificate["validation_method"]
    if method != "DNS":
        yield Fault(f"it is validated by {method or 'nobody'}", "validation_method")
    key = certificate["key_algorithm"] or "RSA_2048"
    if key not in KEYS:
        yield Fault(f"its key is {key}", "key_algorithm")
    options = certificate["options"]
    for block in certificate.blocks("options") if known(options) else []:
        if block.get("certificate_transparency_logging_preference") == "DISABLED":
            yield Fault("it is in no public log", "options[0].certificate_transparency_logging_preference")
    yield from _names(certificate)
    yield from _region(certificate)
    missing = _unrecorded(certificate) if certificate.plan.tier in TIERS else []
    if missing:
        yield Fault(f"records of DNS are too few to validate it for {' and '.join(missing)}")


def _given(certificate: Resource, argument: str) -> bool:
    value = certificate[argument]
    return not known(value) or bool(value)


def _region(certificate: Resource) -> Iterator[Fault]:
    """Ask for a certificate of the load balancer's own region, and of us-east-1 for the edge."""
    plan = certificate.plan
    for listener in plan.of("aws_lb_listener", "aws_alb_listener"):
        if _has(listener, certificate, "certificate_arn") and listener.provider != certificate.provider:
            yield Fault(f"{listener.address} is of another region", "")
    regions = plan.document.get("configuration", {}).get("provider_config", {})
    edge = {
        name
        for name, block in regions.items()
        if block.get("expressions", {}).get("region", {}).get("constant_value") == EDGE
    }
    for distribution in plan.of("aws_cloudfront_distribution"):
        held = _has(distribution, certificate, "viewer_certificate", 0, "acm_certificate_arn")
        if held and edge and certificate.provider not in edge:
            yield Fault(f"{distribution.address} takes certificates of {EDGE} only", "")


def _has(user: Resource, certificate: Resource, *path: str | int) -> bool:
    """Say whether a certificate is used, by itself or by way of its validation."""
    return any(
        item is certificate
        or (item.type == "aws_acm_certificate_validation" and item.points_to(certificate, "certificate_arn"))
        for item in user.refers_to(*path)
    )


def _names(certificate: Resource) -> Iterator[Fault]:
    """Ask for the names of the distribution that has it."""
    others = certificate["subject_alternative_names"]
    names = {certificate["domain_name"], *(others or [])}
    for distribution in certificate.plan.of("aws_cloudfront_distribution"):
        if not distribution.points_to(certificate, "viewer_certificate", 0, "acm_certificate_arn") and not _through(
            certificate, distribution
        ):
            continue
        for alias in distribution["aliases"] or []:
            parent = "*." + str(alias).partition(".")[2]
            if alias not in names and parent not in names:
                yield Fault(f"it is not for {alias}", "subject_alternative_names")


def _through(certificate: Resource, distribution: Resource) -> bool:
    """Say whether a distribution has the certificate by way of its validation."""
    found = distribution.refers_to("viewer_certificate", 0, "acm_certificate_arn")
    return any(
        item.type == "aws_acm_certificate_validation" and item.points_to(certificate, "certificate_arn")
        for item in found
    )


def _unrecorded(certificate: Resource) -> list[str]:
    """Return the names that no record of the plan validates; a record of unknown name counts for one of them."""
    given = (certificate["domain_name"], *(certificate["subject_alternative_names"] or []))
    names = [record["name"] for record in certificate.plan.of(RECORD)]
    validated = {str(name).partition(".")[2].rstrip(".") for name in names if known(name) and _looks(name)}
    missing = sorted({str(name).removeprefix("*.") for name in given} - validated)
    return missing if len(missing) > sum(not known(name) for name in names) else []


def _looks(name: object) -> bool:
    """Say whether a known record's name is one that ACM asks for: those start with an underscore."""
    return str(name or "").startswith("_")
