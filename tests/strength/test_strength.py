"""The measurement itself: operators make one consistent change, the sample is stable, everything is classified."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Planned, plan_json
from tests.strength.__main__ import measure
from tests.strength.benign import benign
from tests.strength.document import instances, pending_documents
from tests.strength.operators import Mutant, mutants
from tests.strength.relevance import CONCERNS, relevance
from tests.strength.report import explanations, render
from tests.strength.sample import SEEN, Drawn, draw, pairs
from tests.strength.schema import Schema
from tests.strength.wilson import wilson

Document = dict[str, Any]
OPERATORS = {
    "drop-block", "enlarge-class", "lower-number", "open-cidr", "raise-number", "remove-association", "remove-resource",
    "shrink-list", "swap-reference", "switch-boolean", "unset", "weaken-word", "widen-policy",
}  # fmt: skip


@pytest.fixture(scope="module")
def build(planned: Callable[[str], Planned]) -> Path:
    """Return the build folder in which both tiers are planned."""
    planned("tier2")
    return planned("tier1").folder.parent


@pytest.fixture(scope="module")
def schema(build: Path) -> Schema:
    return Schema.of(build / "tier1", build / ".cache" / "provider-schema.json")


@pytest.fixture(scope="module")
def made(build: Path, schema: Schema) -> dict[str, tuple[Document, list[Mutant]]]:
    """Return each tier's plan and all its mutants."""
    documents = {tier: plan_json(build / tier) for tier in ("tier1", "tier2")}
    return {tier: (document, list(mutants(document, schema))) for tier, document in documents.items()}


def every(made: dict[str, tuple[Document, list[Mutant]]]) -> Iterator[tuple[str, Document, Mutant]]:
    for tier, (document, found) in made.items():
        for mutant in found:
            yield tier, document, mutant


def test_every_operator_makes_mutants_and_none_makes_one_twice(made: Any) -> None:
    for document, found in made.values():
        assert {mutant.operator for mutant in found} == OPERATORS
        assert len({mutant.id for mutant in found}) == len(found)
        assert found == list(found), document["format_version"]


def test_a_mutant_changes_one_thing_and_leaves_the_plan_as_it_was(made: Any) -> None:
    for tier, document, mutant in list(every(made))[::97]:
        before = json.dumps(document, sort_keys=True)
        changed = mutant.apply(document)
        assert json.dumps(document, sort_keys=True) == before, mutant.id
        assert json.dumps(changed, sort_keys=True) != before, f"{tier} {mutant.id} changes nothing"
        if mutant.type == "(module call)":
            continue
        was, now = (
            {it.address: it for it in (*instances(plan), *pending_documents(plan))} for plan in (document, changed)
        )
        touched = {address for address in was if address not in now or was[address].planned != now[address].planned}
        assert mutant.address in touched or mutant.operator == "unset", mutant.id
        blocks = {was[address].planned["name"] for address in touched}
        assert len(blocks) <= 1, f"{mutant.id} touches {touched}"


def test_what_is_planned_and_what_changes_say_the_same(made: Any) -> None:
    for _, document, mutant in list(every(made))[::41]:
        for instance in instances(mutant.apply(document)):
            if instance.address == mutant.address:
                for name, value in instance.planned["values"].items():
                    assert instance.change["change"]["after"].get(name) == value, mutant.id


def test_a_resource_that_is_removed_is_nowhere(made: Any) -> None:
    document, found = made["tier1"]
    mutant = next(item for item in found if item.operator == "remove-resource" and item.type == "aws_lb")
    text = json.dumps(mutant.apply(document)["planned_values"])
    assert mutant.address not in text
    assert mutant.address in json.dumps(document["planned_values"])


def test_every_attribute_that_an_operator_touches_is_classified(made: Any) -> None:
    touched = {(mutant.type, mutant.attribute) for _, _, mutant in every(made)}
    valid = {(mutant.type, mutant.attribute) for _, _, mutant in every(made) if mutant.valid}
    assert valid - set(relevance()) == set(), "nobody has said whether these matter"
    assert set(relevance()) - touched == set(), "no operator touches these"
    for key, (concern, why) in relevance().items():
        assert concern in (*CONCERNS, "none"), key
        assert len(why) > 10, key


def test_the_sample_is_the_same_every_time_and_holds_three_of_ten_out(made: Any) -> None:
    items = [Drawn(tier, mutant, "security") for tier, _, mutant in every(made)]
    drawn = draw(items)
    assert [item.name for item in drawn] == [item.name for item in draw(reversed(items))]
    blind = [item for item in drawn if not item.mutant.type.startswith(SEEN)]
    assert 0.25 < sum(item.held_out for item in blind) / len(blind) < 0.35
    most = Counter((it.mutant.operator, it.mutant.type, it.mutant.attribute) for it in drawn)
    assert max(most.values()) == 2
    assert pairs(drawn, 20) == pairs(drawn, 20)
    assert all(first.mutant.address != second.mutant.address for first, second in pairs(drawn, 20))


# Wilson's interval for 95 %, as published for these shares.
@pytest.mark.parametrize(
    ("hits", "of", "low", "high"), [(33, 68, 0.370, 0.602), (0, 10, 0.0, 0.278), (10, 10, 0.722, 1.0), (0, 0, 0.0, 1.0)]
)
def test_wilsons_interval(hits: int, of: int, low: float, high: float) -> None:
    assert wilson(hits, of) == pytest.approx((low, high), abs=0.001)


def test_harmless_changes_are_many_and_change_something(made: Any) -> None:
    document, _ = made["tier2"]
    found = list(benign(document))
    assert len(found) > 100
    assert all(json.dumps(changed) != json.dumps(document) for _, changed in found[:20])


def test_the_gate_is_as_strong_as_the_report_says(build: Path) -> None:
    result = measure(build, most=1, tuning=True)
    assert not result.false_alarms
    assert len(result.judged) > 250
    assert not [item for item in explanations() if len(item.why) < 20]
    assert result.score() > 0.9, "the policies alone, without Checkov's own"
    assert "| all valid |" in render(result)
