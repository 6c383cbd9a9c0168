"""CAA records let Amazon issue the site's certificates, and in our tiers nobody else."""

import re
from collections.abc import Iterator

from generator.policy import TIERS, Fault, Resource, Severity, known, policy, rejected

CERTIFICATE = "aws_acm_certificate"
TAGS = ("issue", "issuewild")
AMAZON = ("amazon.com", "amazontrust.com", "awstrust.com", "amazonaws.com")
# Flags, tag, and the issuer's domain before its parameters: 0 issue "amazon.com; cansignhttpexchanges=yes".
ENTRY = re.compile(r'\s*\d+\s+(?P<tag>\w+)\s+"?\s*(?P<issuer>[^";\s]*)')


@policy(
    id="TIER_AWS_018",
    title="CAA records let Amazon issue the certificates, and nobody else in our tiers",
    severity=Severity.MEDIUM,
    why="Without Amazon in them ACM cannot renew, and the site ends with its certificate; with others they may issue.",
    remedy='add an `aws_route53_record` of type CAA, set its `records` to `0 issue "amazon.com"`, and leave other '
    "issuers out",
    source="https://docs.aws.amazon.com/acm/latest/userguide/setup-caa.html",
    resources=["aws_route53_record", "aws_acm_certificate"],
    unknown=rejected("issuers are literals of the module"),
)
def allowed(resource: Resource) -> Iterator[Fault]:
    """Judge a CAA record of a plan that asks ACM for a certificate, and ask for one in our tiers."""
    if resource.type == CERTIFICATE:
        yield from _restricted(resource)
    elif known(resource["type"]) and resource["type"] == "CAA" and _issued(resource):
        yield from _entries(resource)


def _restricted(certificate: Resource) -> Iterator[Fault]:
    """Ask for a CAA record above the name of a certificate of a tier that ACM issues."""
    brought = certificate["certificate_body"], certificate["certificate_authority_arn"]
    if certificate.plan.tier not in TIERS or any(not known(value) or value for value in brought):
        return
    kinds = [(record, record["type"]) for record in certificate.plan.of("aws_route53_record")]
    if not any(known(kind) and kind == "CAA" and _covers(record, certificate) for record, kind in kinds):
        yield Fault("no CAA record says who may issue for its name: everybody may", "domain_name")


def _covers(record: Resource, certificate: Resource) -> bool:
    """Say whether a record is of a certificate's name, or of one above it; one of unknown name may be."""
    at, name = record["name"], certificate["domain_name"]
    return not known(at) or not known(name) or _below(str(name or "").lower(), at)


def _below(name: str, at: object) -> bool:
    domain = str(at or "").rstrip(".").lower()
    return name == domain or name.endswith(f".{domain}")


def _entries(record: Resource) -> Iterator[Fault]:
    """Judge the issuers of a CAA record."""
    found = [match for entry in record["records"] or [] if (match := ENTRY.match(str(entry)))]
    issuers = {tag: [item["issuer"].lower() for item in found if item["tag"].lower() == tag] for tag in TAGS}
    if not issuers["issue"] and record.plan.tier in TIERS:
        yield Fault("it names no issuer, so that all may issue", "records")
    for tag, names in issuers.items():
        if names and not any(name in AMAZON for name in names) and (tag == "issue" or _wild(record)):
            yield Fault(f"its {tag} entries keep Amazon from issuing", "records")
        for name in names if record.plan.tier in TIERS else ():
            if name and name not in AMAZON:
                yield Fault(f"{name} may issue certificates for it", "records")


def _names(record: Resource) -> Iterator[str]:
    """Yield the names that ACM is asked for, as far as they are known."""
    for certificate in record.plan.of(CERTIFICATE):
        others = certificate["subject_alternative_names"]
        for name in [certificate["domain_name"], *(others if known(others) and others else [])]:
            if known(name) and name:
                yield str(name).lower()


def _issued(record: Resource) -> bool:
    """Say whether ACM issues for the record's name or one below it; where the name is not known, for any."""
    at = record["name"]
    if not known(at):
        return any(_names(record))
    return any(_below(name, at) for name in _names(record))


def _wild(record: Resource) -> bool:
    return any(name.startswith("*.") for name in _names(record))
