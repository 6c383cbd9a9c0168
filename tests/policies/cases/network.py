"""Proofs of the policies on the network."""

from __future__ import annotations

from tests.features.mutation import change, delete, drop
from tests.policies.cases.case import Case
from tests.policies.forget import forget

CAA = "aws_route53_record.caa"

CASES: dict[str, Case] = {
    "TIER_AWS_001": Case(
        faults=(
            change("balancer", "aws_lb.this", "internal", to=False),
            delete("balancer", "aws_lb.this", "internal"),
        ),
        unknown=forget("balancer", "aws_lb.this", "internal"),
    ),
    "TIER_AWS_020": Case(
        faults=(
            drop("web", 'aws_vpc_security_group_egress_rule.this["database"]'),
            drop("web", 'aws_vpc_security_group_egress_rule.this["test-listener"]'),
            drop("web", "aws_vpc_security_group_egress_rule.https"),
            drop("balancer", "aws_vpc_security_group_egress_rule.targets"),
            drop("balancer", "aws_vpc_security_group_ingress_rule.test[0]"),
            drop("cache", "aws_vpc_security_group_ingress_rule.*"),
            change("web", 'aws_vpc_security_group_egress_rule.this["cache"]', "to_port", to=6380),
            change("web", "aws_vpc_security_group_egress_rule.https", "ip_protocol", to="udp"),
            drop("web", "aws_vpc_security_group_ingress_rule.load_balancer"),
        ),
        harmless=(change("web", "aws_vpc_security_group_egress_rule.https", "cidr_ipv4", to="10.0.0.0/8"),),
        unknown=forget("web", "aws_vpc_security_group_egress_rule.https", "from_port"),
    ),
    "TIER_AWS_018": Case(
        faults=(
            change("dns", CAA, "records", to=['0 issue "letsencrypt.org"']),
            change("dns", CAA, "records", to=['0 issue "amazon.com"', '0 issue "letsencrypt.org"']),
            change("dns", CAA, "records", to=['0 issue ";"']),
            change("dns", CAA, "records", to=['0 iodef "mailto:security@example.com"']),
            change("dns", CAA, "records", to=[]),
            change("dns", CAA, "records", to=['0 issue "amazon.com"', '0 issuewild "letsencrypt.org"']),
            drop("dns", CAA),
        ),
        harmless=(
            change("dns", CAA, "records", to=['0 issue "amazontrust.com"', '0 issuewild ";"']),
            change("dns", CAA, "records", to=['0 issue "amazon.com"', '0 iodef "mailto:security@example.com"']),
        ),
        unknown=forget("dns", CAA, "records"),
    ),
}
