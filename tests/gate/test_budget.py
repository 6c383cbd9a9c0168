"""The budget as a check of the gate, on tier 1's real plan."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from generator.blueprint import load_blueprint, locate
from generator.prices import book
from generator.project import find_project
from generator.workflow import budget
from generator.workflow.gate import Asked, gate
from tests.conftest import Planned, Ran, Tierform

Plans = Callable[[str], Planned]
PROMISED = "monthly_usd: 255"


@pytest.fixture
def judged(tierform: Tierform, planned: Plans, tmp_path: Path) -> Callable[..., Ran]:
    """Return what judges tier 1's plan by a blueprint of which some text is exchanged."""

    def run(*changes: tuple[str, str], form: str = "table") -> Ran:
        project = find_project()
        text = (project.blueprints / "tier1.yaml").read_text()
        for old, new in changes:
            assert old in text
            text = text.replace(old, new)
        (tmp_path / "own.yaml").write_text(text)
        plan = planned("tier1").folder / "plan.json"
        return tierform("gate", str(plan), "--blueprint", str(tmp_path / "own.yaml"), "--format", form)

    return run


def found(ran: Ran) -> dict[str, Any]:
    """Return what the gate says of the budget."""
    [plan] = json.loads(ran.out)["plans"]
    [finding] = [item for item in plan["findings"] if item["check"] == budget.CHECK.id]
    return dict(finding)


def test_a_plan_within_its_budget_is_judged_and_passes(judged: Callable[..., Ran]) -> None:
    ran = judged(form="json")
    assert ran.code == 0, ran.out
    assert budget.CHECK.id in {check["id"] for check in json.loads(ran.out)["checks"]}


def test_a_plan_over_its_budget_fails_and_names_the_three_cheapest_changes(judged: Callable[..., Ran]) -> None:
    ran = judged((PROMISED, "monthly_usd: 240"), form="json")
    assert ran.code == 1
    finding = found(ran)
    first, *changes = finding["messages"]
    assert first == "250.71 USD a month with 1-year commitments, 10.71 more than promised"
    assert changes == [
        "change 1: tasks 1/2 of the size for 195.93 USD",
        "change 2: 3-year commitments for 221.87 USD",
        "change 3: tasks 1/2 of the size and 3-year commitments for 181.51 USD",
    ]
    assert finding["blueprint"]["file"].endswith("own.yaml")
    assert finding["blueprint"]["line"] == 10


def test_without_commitments_the_list_price_counts(judged: Callable[..., Ran]) -> None:
    first, *_ = found(judged(("commitment: 1yr", "commitment: none"), form="json"))["messages"]
    assert first == "308.38 USD a month at list price, 53.38 more than promised"


def test_a_budget_that_nothing_keeps_is_told_the_least(judged: Callable[..., Ran]) -> None:
    messages = found(judged((PROMISED, "monthly_usd: 100"), form="json"))["messages"]
    assert messages[1:] == [
        "no change keeps it: the least is tasks 1/2 of the size and 3-year commitments for 181.51 USD"
    ]


def test_an_overrun_is_accepted_like_any_finding(judged: Callable[..., Ran]) -> None:
    waiver = (
        "waivers: {over: {check: TIERFORM_BUDGET, address: objectives.monthly_usd, reason: granted until the new year, "
        'owner: platform, expires: "2099-12-31"}}\n'
    )
    ran = judged((PROMISED, "monthly_usd: 240"), ("locals:\n", waiver + "locals:\n"), form="json")
    [plan] = json.loads(ran.out)["plans"]
    assert [item["waiver"] for item in plan["accepted"] if item["check"] == budget.CHECK.id] == ["over"]


def test_a_type_without_a_price_keeps_no_budget(planned: Plans, tmp_path: Path) -> None:
    project = find_project()
    document = json.loads((planned("tier1").folder / "plan.json").read_text())
    queue = {"address": "aws_sqs_queue.a", "mode": "managed", "type": "aws_sqs_queue", "name": "a",
             "provider_name": "registry.terraform.io/hashicorp/aws"}  # fmt: skip
    document["planned_values"]["root_module"].setdefault("resources", []).append({**queue, "values": {}})
    document["resource_changes"].append({**queue, "change": {"actions": ["create"], "after": {}, "before": None}})
    file = tmp_path / "plan.json"
    file.write_text(json.dumps(document))
    blueprint = load_blueprint(locate("tier1", project.blueprints), project.blueprints)
    [plan] = gate([Asked(file, blueprint)], project).plans
    [finding] = [item for item in plan.findings if item.check is budget.CHECK]
    assert finding.messages == ("aws_sqs_queue.a is not priced: nobody has said what this type costs",)


def test_a_price_book_that_is_too_old_judges_nothing(planned: Plans, monkeypatch: pytest.MonkeyPatch) -> None:
    project = find_project()
    old = replace(book.load_book(), generated=date(2020, 1, 1))
    monkeypatch.setattr(budget, "load_book", lambda: old)
    blueprint = load_blueprint(locate("tier1", project.blueprints), project.blueprints)
    [plan] = gate([Asked(planned("tier1").folder / "plan.json", blueprint)], project).plans
    assert plan.exit == 2
    assert "days old" in plan.failures[0]
