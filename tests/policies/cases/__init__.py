"""The proofs of all policies, by id."""

from __future__ import annotations

from tests.policies.cases import data, network, operations, secrets, tasks, traffic
from tests.policies.cases.case import Case

CASES: dict[str, Case] = {
    **network.CASES, **traffic.CASES, **tasks.CASES, **data.CASES, **operations.CASES, **secrets.CASES,
}  # fmt: skip
