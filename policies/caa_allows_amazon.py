"""CAA records let Amazon issue the site's certificates, and in our tiers nobody else."""

import re
from collections.abc import Iterator

from generator.policy import TIERS, Fault, Resource, Severity, known, policy, rejected

TAGS = ("issue", "issuewild")
AMAZON = ("amazon.com", "amazontrust.com", "awstrust.com", "amazonaws.com")
# Flags, tag, and the issuer's domain before its parameters: 0 issue "amazon.com; cansignhttpexchanges=yes".
ENTRY = re.compile(r'\s*\d+\s+(?P<tag>\w+)\s+"?\s*(?P<issuer>[^";\s]*)')


@policy(
    id="TIER_AWS_018",
    title="CAA records let Amazon issue the certificates, and nobody else in our tiers",
    severity=Severity.MEDIUM,
    why="Without Amazon in them ACM cannot renew, and the site ends with its certificate; with others they may issue.",
    remedy='set `records` to `0 issue "amazon.com"`, and leave other issuers out',
    source="https://docs.aws.amazon.com/acm/latest/userguide/setup-caa.html",
    resources=["aws_route53_record"],
    unknown=rejected("issuers are literals of the module"),
)
def allowed(record: Resource) -> Iterator[Fault]:
    """Judge the issuers of a CAA record of a plan that asks ACM for a certificate."""
    if not known(record["type"]) or record["type"] != "CAA" or not _issued(record):
        return
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
    for certificate in record.plan.of("aws_acm_certificate"):
        others = certificate["subject_alternative_names"]
        for name in [certificate["domain_name"], *(others if known(others) and others else [])]:
            if known(name) and name:
                yield str(name).lower()


def _issued(record: Resource) -> bool:
    """Say whether ACM issues for the record's name or one below it; where the name is not known, for any."""
    at = record["name"]
    if not known(at):
        return any(_names(record))
    domain = str(at or "").rstrip(".").lower()
    return any(name == domain or name.endswith(f".{domain}") for name in _names(record))


def _wild(record: Resource) -> bool:
    return any(name.startswith("*.") for name in _names(record))
