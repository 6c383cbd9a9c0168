"""Each policy passes on both tiers' real plans, fails on each fault that it claims, and knows what it does not know."""

from __future__ import annotations

import pickle
import re
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

from generator.policy import Plan, Policy
from generator.policy.load import load_policies
from generator.policy.policy import Outcome
from generator.project import SOURCE
from tests.conftest import Planned, plan_json
from tests.features.mutation import Mutation
from tests.features.reading import Evidence
from tests.policies.cases import CASES

POLICIES = {policy.id: policy for policy in load_policies(SOURCE / "policies")}
Documents = Callable[[str], dict[str, Any]]


@pytest.fixture(scope="session")
def document(planned: Callable[[str], Planned]) -> Documents:
    """Return a function that gives a tier's plan JSON."""
    read: dict[str, dict[str, Any]] = {}

    def get(tier: str) -> dict[str, Any]:
        if tier not in read:
            read[tier] = plan_json(planned(tier).folder)
        return read[tier]

    return get


PROMISES = {
    "tier1": {"monthly_usd": 255.0, "p95_ms": 200.0, "requests_per_second": 8000.0, "concurrent_users": 10000.0},
    "tier2": {"monthly_usd": 775.0, "p95_ms": 100.0, "requests_per_second": 25000.0, "concurrent_users": 50000.0},
}


def outcomes(policy: Policy, tier: str, document: dict[str, Any], mutation: Mutation | None = None) -> Counter[Outcome]:
    if mutation:
        document = pickle.loads(pickle.dumps(document))  # noqa: S301 - a quick copy of our own
        mutation.apply(Evidence(document, {}))
    return Counter(verdict.outcome for verdict in policy.verdicts(Plan(document, PROMISES[tier])))


@pytest.mark.parametrize("id_", POLICIES)
def test_every_policy_passes_on_both_tiers(id_: str, document: Documents) -> None:
    policy = POLICIES[id_]
    judged = 0
    for tier in policy.tiers:
        found = outcomes(policy, tier, document(tier))
        judged += sum(found.values())
        assert not found[Outcome.FAILED], [
            verdict for verdict in policy.verdicts(Plan(document(tier), PROMISES[tier])) if verdict.faults
        ]
    assert judged or policy.destroyed, "it judges nothing"


def faults() -> list[Any]:
    return [
        pytest.param(id_, mutation, id=f"{id_} {mutation.text}")
        for id_, case in CASES.items()
        for mutation in case.faults
    ]


@pytest.mark.parametrize(("id_", "mutation"), faults())
def test_every_fault_is_caught(id_: str, mutation: Mutation, document: Documents) -> None:
    tier = CASES[id_].tier
    assert outcomes(POLICIES[id_], tier, document(tier), mutation)[Outcome.FAILED], mutation.text


@pytest.mark.parametrize("id_", [id_ for id_, case in CASES.items() if case.harmless])
def test_what_is_harmless_passes(id_: str, document: Documents) -> None:
    case = CASES[id_]
    for mutation in case.harmless:
        assert not outcomes(POLICIES[id_], case.tier, document(case.tier), mutation)[Outcome.FAILED], mutation.text


@pytest.mark.parametrize("id_", [id_ for id_, case in CASES.items() if case.unknown])
def test_the_unknown_is_not_taken_for_known(id_: str, document: Documents) -> None:
    case = CASES[id_]
    before = outcomes(POLICIES[id_], case.tier, document(case.tier))
    after = outcomes(POLICIES[id_], case.tier, document(case.tier), case.unknown)
    assert not after[Outcome.FAILED]
    if case.decided_by_reference:
        assert after == before
    else:
        assert after[Outcome.UNKNOWN] > before[Outcome.UNKNOWN]


def test_every_policy_is_proven() -> None:
    assert set(CASES) == set(POLICIES)
    for id_, case in CASES.items():
        assert len(case.faults) >= 2, f"{id_} is shown fewer than two faults"
        assert case.unknown or case.why_no_unknown, f"{id_}: what if its value is unknown?"
        assert case.tier in POLICIES[id_].tiers


@pytest.mark.parametrize("id_", POLICIES)
def test_every_policy_says_what_why_and_what_to_do(id_: str) -> None:
    policy = POLICIES[id_]
    assert re.fullmatch(r"TIER_AWS_\d{3}", policy.id)
    assert policy.source.startswith("https://")
    for text in (policy.title, policy.why, policy.remedy, policy.unknown.why):
        assert len(text) > 10, text
    assert policy.title[0].isupper()
    assert not policy.title.endswith(".")
