"""The policies' foundation: a plan's resources and references, unknown values, and what a policy is."""

from generator.policy.documents import Statement, statements
from generator.policy.policy import TIERS, Fault, Policy, Severity, accepted, policy, rejected
from generator.policy.resources import Plan, Resource
from generator.policy.unknown import Unknown, known

__all__ = [
    "TIERS", "Fault", "Plan", "Policy", "Resource", "Severity", "Statement", "Unknown", "accepted", "known", "policy",
    "rejected", "statements",
]  # fmt: skip
