"""The YAML policies, through Checkov: each passes on the tier's real plan and fails on each fault that it claims."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from generator.gate.environment import Checkov
from generator.policy.load import describe
from generator.project import SOURCE
from tests.conftest import Planned, plan_json
from tests.features.mutation import Mutation
from tests.features.reading import Evidence
from tests.policies.cases.graph import GRAPH_CASES

POLICIES = SOURCE / "policies"
FAULTS = [(id_, mutation) for id_, case in GRAPH_CASES.items() for mutation in case.faults]
HARMLESS = [(id_, mutation) for id_, case in GRAPH_CASES.items() for mutation in case.harmless]


@pytest.fixture(scope="module")
def failing(
    planned: Callable[[str], Planned], tmp_path_factory: pytest.TempPathFactory
) -> Callable[[str, Mutation | None], bool]:
    """Return a function that says whether a policy fails on a mutated plan; all are judged in one run of Checkov."""
    folder = tmp_path_factory.mktemp("graph")
    files: dict[tuple[str, str], Path] = {}
    for number, (id_, mutation) in enumerate([*((id_, None) for id_ in GRAPH_CASES), *FAULTS, *HARMLESS]):
        document: dict[str, Any] = copy.deepcopy(plan_json(planned(GRAPH_CASES[id_].tier).folder))
        if mutation:
            mutation.apply(Evidence(document, {}))
        file = folder / f"{number}.json"
        file.write_text(json.dumps(document))
        files[id_, mutation.text if mutation else ""] = file
    with Checkov() as checkov:
        answer = checkov.scan([{"file": str(file)} for file in files.values()], POLICIES)
    assert answer["failures"] == []
    failed = {
        key: key[0] in {record["check"] for record in plan["records"]}
        for key, plan in zip(files, answer["plans"], strict=True)
    }
    return lambda id_, mutation: failed[id_, mutation.text if mutation else ""]


def test_every_yaml_policy_is_proven() -> None:
    assert set(GRAPH_CASES) == {item.id for item in describe(POLICIES) if item.file.endswith(".yaml")}
    assert all(len(case.faults) >= 2 for case in GRAPH_CASES.values())


@pytest.mark.parametrize("id_", GRAPH_CASES)
def test_every_yaml_policy_passes_on_its_tier(id_: str, failing: Callable[[str, Mutation | None], bool]) -> None:
    assert not failing(id_, None)


@pytest.mark.parametrize(("id_", "mutation"), FAULTS, ids=lambda item: getattr(item, "text", item))
def test_every_fault_is_caught(id_: str, mutation: Mutation, failing: Callable[[str, Mutation | None], bool]) -> None:
    assert failing(id_, mutation)


@pytest.mark.parametrize(("id_", "mutation"), HARMLESS, ids=lambda item: getattr(item, "text", item))
def test_what_is_harmless_passes(id_: str, mutation: Mutation, failing: Callable[[str, Mutation | None], bool]) -> None:
    assert not failing(id_, mutation)
