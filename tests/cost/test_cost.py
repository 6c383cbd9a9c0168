"""Costs of the real plans of both tiers against totals made by hand, and what must hold of any estimate."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from generator.blueprint import load_blueprint, locate
from generator.cost.budgeted import having
from generator.cost.commitments import MONTHS, scenarios
from generator.cost.compare import compare
from generator.cost.estimate import Estimate, estimate, free_types, price
from generator.cost.options import Document, Option, groups
from generator.cost.parts import RULES
from generator.cost.uses import Range, Setting, Use
from generator.cost.volumes import Volumes
from generator.diagnostics import UserError
from generator.policy import Plan
from generator.prices.allowances import allowances, charge
from generator.prices.book import Book, load_book
from generator.project import find_project
from generator.promises.model import Verdict
from generator.promises.optimum import Question, optimise
from generator.promises.spending import overrun
from tests.conftest import PROJECT, Planned, Tierform, plan_json

Plans = Callable[[str], Planned]
CENTS = 0.01


def setting(tier: str) -> Setting:
    project = find_project()
    blueprint = load_blueprint(locate(tier, project.blueprints), project.blueprints)
    assert blueprint.traffic
    return Setting(Volumes(blueprint.traffic, blueprint.promises()["requests_per_second"]), 120)


def cost(planned: Plans, tier: str, edit: Callable[[dict[str, Any]], None] | None = None) -> Estimate:
    document = plan_json(planned(tier).folder)
    if edit:
        document = copy.deepcopy(document)
        edit(document)
    return estimate(Plan(document), "us-east-1", load_book(), setting(tier))


def usd(found: Estimate, *keys: str) -> float:
    """Return the expected cost of all that these keys price."""
    return sum(line.usd.expected for line in found.lines if line.use.key in keys)


# Each line with its arithmetic, from list prices of us-east-1 and 730 hours a month.
HAND = {
    "tier1": {
        # 2 tasks x 2 vCPU x 730 h x 0.03238 + 2 x 4 GB x 730 h x 0.00356 = 94.55 + 20.79, and a third one on Spot
        ("fargate.arm.vcpu", "fargate.arm.gb"): 115.34,
        ("fargate_spot.arm.vcpu", "fargate_spot.arm.gb"): 730 * (2 * 0.0097 + 4 * 0.00107),
        ("rds.postgres.multi.db.t4g.medium",): 730 * 0.129,
        ("rds.storage.gp3.multi",): 50 * 0.23,
        ("elasticache.redis.cache.t4g.micro",): 2 * 730 * 0.016,
        ("alb.hour",): 730 * 0.0225,
        ("ec2.t4g.nano", "ebs.gp3_gb", "ipv4.hour"): 730 * 0.0042 + 8 * 0.08 + 730 * 0.005,
        ("kms.key", "secrets.secret", "route53.zone"): 2 * 1 + 5 * 0.4 + 0.5,
        # 36 metrics in alarms, ten of them free
        ("cloudwatch.alarm",): 25 * 0.1,
        # 39 of Container Insights and one of a filter, ten of them free
        ("cloudwatch.metric",): 30 * 0.3,
        ("cloudfront.out_gb.us",): 0.0,
    },
    "tier2": {
        ("rds.postgres.multi.db.t4g.large",): 730 * 0.258,
        ("rds.postgres.single.db.t4g.large",): 730 * 0.129,
        ("elasticache.redis.cache.t4g.small",): 3 * 730 * 0.032,
        ("nat.hour", "ipv4.hour"): 3 * 730 * (0.045 + 0.005),
        ("nat.gb",): 100 * 0.045,
        ("waf.acl", "waf.rule"): 5 + 6 * 1,
    },
}


@pytest.mark.parametrize("tier", HAND)
def test_lines_are_as_computed_by_hand(planned: Plans, tier: str) -> None:
    found = cost(planned, tier)
    for keys, expected in HAND[tier].items():
        assert usd(found, *keys) == pytest.approx(expected, abs=CENTS), keys


def test_requests_come_from_one_traffic_model(planned: Plans) -> None:
    found = cost(planned, "tier1")
    traffic = found.volumes.traffic if found.volumes else None
    assert traffic
    days = 22 + 0.2 * (730 / 24 - 22)
    requests = sum(traffic.requests_per_second) * 3600 * days + 10 * 60 * 8000
    # 10 million requests and 1 TB are free.
    assert usd(found, "cloudfront.https_10k.us") == pytest.approx((requests - 10e6) / 10_000 * 0.01, abs=CENTS)
    assert usd(cost(planned, "tier2"), "waf.requests_1m") == pytest.approx(
        (sum(setting("tier2").volumes.traffic.requests_per_second) * 3600 * days + 600 * 25_000) / 1e6 * 0.6,
        abs=CENTS,  # type: ignore[union-attr]
    )


@pytest.mark.parametrize("tier", ["tier1", "tier2"])
def test_every_resource_is_priced_or_free_and_none_forgotten(planned: Plans, tier: str) -> None:
    found = cost(planned, tier)
    plan = Plan(plan_json(planned(tier).folder))
    accounted = {line.use.address for line in found.lines} | set(found.free)
    assert found.unpriced == ()
    assert {item.address for item in plan.resources} == accounted
    assert {item.type for item in plan.resources} <= set(RULES) | set(free_types())
    assert not set(RULES) & set(free_types())


def test_every_type_that_a_module_can_bring_is_priced_or_free() -> None:
    files = (PROJECT / "modules").rglob("*.tf")
    types = {name for file in files for name in re.findall(r'^resource "(\w+)"', file.read_text(), re.MULTILINE)}
    assert len(types) > 80
    assert types <= set(RULES) | set(free_types())


def test_a_type_that_nobody_knows_is_unpriced_and_never_free(planned: Plans) -> None:
    def edit(document: dict[str, Any]) -> None:
        root = document["planned_values"]["root_module"]
        root.setdefault("resources", []).append(
            {"address": "aws_nuke.this", "mode": "managed", "type": "aws_nuke", "name": "this", "values": {}}
        )

    found = cost(planned, "tier1", edit)
    assert [item.address for item in found.unpriced] == ["aws_nuke.this"]
    assert "aws_nuke.this" not in found.free


def test_a_missing_price_is_unpriced_and_not_another_regions(planned: Plans) -> None:
    found = estimate(Plan(plan_json(planned("tier1").folder)), "eu-west-1", load_book(), setting("tier1"))
    missing = {item.type for item in found.unpriced}
    assert "rds.postgres.multi.db.t4g.medium" in missing
    assert all(line.price.region in ("eu-west-1", "edge", "global") for line in found.lines)


def test_the_sum_of_lines_is_the_total_and_low_is_no_more_than_high(planned: Plans) -> None:
    for tier in ("tier1", "tier2"):
        found = cost(planned, tier)
        assert found.total.expected == pytest.approx(sum(line.usd.expected for line in found.lines))
        assert found.total.expected == pytest.approx(
            sum(line.usd.expected for lines in found.by_component().values() for line in lines)
        )
        for line in found.lines:
            assert 0 <= line.usd.low <= line.usd.expected + 1e-9
            assert line.usd.expected <= line.usd.high + 1e-9
            assert line.price.source
            assert line.use.why


def test_more_of_anything_costs_no_less() -> None:
    book = load_book()
    for key in ("alb.hour", "cloudwatch.alarm", "cloudfront.out_gb.us", "fargate.arm.vcpu"):
        amounts = [0.0, 1.0, 5.0, 10.0, 11.0, 2000.0]
        totals = []
        for amount in amounts:
            lines, _ = price([Use("a", "w", key, Range.of(amount), "x")], "us-east-1", book)
            totals.append(lines[0].usd.expected)
        assert totals == sorted(totals)


def test_what_is_free_is_taken_off_once_whatever_the_order() -> None:
    book = load_book()
    uses = [Use(f"a{number}", "w", "cloudwatch.alarm", Range.of(4), "x") for number in range(5)]
    lines, _ = price(uses, "us-east-1", book)
    again, _ = price(list(reversed(uses)), "us-east-1", book)
    assert sum(line.usd.expected for line in lines) == pytest.approx(10 * 0.1)
    assert sum(line.usd.expected for line in again) == pytest.approx(10 * 0.1)


def test_commitments_never_cost_more_than_on_demand_over_their_term_at_full_use(planned: Plans) -> None:
    for tier in ("tier1", "tier2"):
        found = cost(planned, tier)
        for scenario in scenarios(found, load_book()):
            for item in scenario.commitments:
                assert item.committed * item.months <= item.on_demand * item.months
                assert 0 < item.pays_after <= MONTHS[scenario.term]
    # 20 % off for a year, 45 % off for three, of 115.34; database and nodes for a year where three are not priced
    one, three = scenarios(cost(planned, "tier1"), load_book())
    reserved = 730 * (0.129 - 0.0916) + 2 * 730 * (0.016 - 0.011)
    assert one.saves == pytest.approx(0.2 * 115.34 + reserved, abs=CENTS)
    assert three.saves == pytest.approx(0.45 * 115.34 + reserved, abs=CENTS)
    assert {item.months for item in three.commitments} == {12, 36}
    [two] = {item.lacking for item in scenarios(cost(planned, "tier2"), load_book())}
    assert any("db.t4g.large" in text for text in two)


def test_a_replica_that_goes_is_what_the_difference_says(planned: Plans) -> None:
    def edit(document: dict[str, Any]) -> None:
        for child in document["planned_values"]["root_module"]["child_modules"]:
            child["resources"] = [it for it in child.get("resources", []) if ".replica[" not in it["address"]]

    changes = compare(cost(planned, "tier2"), cost(planned, "tier2", edit))
    first = changes[0]
    assert (first.component, first.what) == ("database", "db.t4g.large, Single-AZ")
    assert first.by == pytest.approx(-730 * 0.129, abs=CENTS)


def test_the_command_prints_the_budget_and_every_form(tierform: Tierform, planned: Plans) -> None:
    file = planned("tier1").folder / "plan.json"
    ran = tierform("cost", str(file))
    assert ran.code == 0, ran.err
    assert "Budget 255.00, with 1-year commitments: kept with 250.71" in ran.out
    assert re.search(r"all +175.00 +405.13 +308.38", tierform("cost", str(file), "--optimise").out)
    [document] = json.loads(tierform("cost", str(file), "--format", "json").out)
    assert document["total_usd"]["expected"] == pytest.approx(
        sum(line["usd"]["expected"] for line in document["lines"]), abs=0.05
    )
    assert all(line["price"]["source"] for line in document["lines"])
    [web] = [row for row in document["budget"]["side_by_side"] if row["component"] == "web"]
    assert (web["given_usd"], web["parts_usd"]) == (60, pytest.approx(225.24, abs=CENTS))
    text = tierform(
        "cost", str(file), "--format", "markdown", "--against", str(planned("tier2").folder / "plan.json")
    ).out
    assert "| component | what | USD a month |" in text
    assert "USD a month** (" in text


def foreign(tmp_path: Path) -> Path:
    """Return the plan of an instance and a queue, cut to what is read."""
    items = [
        ("aws_instance.web", "aws_instance", "web", {"instance_type": "t4g.nano", "ami": "ami-1"}),
        ("aws_sqs_queue.jobs", "aws_sqs_queue", "jobs", {}),
    ]
    document = {
        "format_version": "1.2",
        "planned_values": {"root_module": {"resources": [
            {"address": address, "mode": "managed", "type": kind, "name": name, "values": values}
            for address, kind, name, values in items
        ]}},
        "configuration": {"provider_config": {"aws": {"expressions": {"region": {"constant_value": "us-east-1"}}}}},
    }  # fmt: skip
    file = tmp_path / "plan.json"
    file.write_text(json.dumps(document))
    return file


def test_a_plan_that_is_not_ours_is_priced_as_far_as_it_is_known(tierform: Tierform, tmp_path: Path) -> None:
    ran = tierform("cost", str(foreign(tmp_path)))
    assert ran.code == 1
    assert "instance t4g.nano" in ran.out
    assert "Unpriced: 1" in ran.out
    assert "aws_sqs_queue.jobs" in ran.out


def test_what_is_no_plan_is_said(tierform: Tierform, tmp_path: Path) -> None:
    (tmp_path / "x.json").write_text("{}")
    ran = tierform("cost", str(tmp_path / "x.json"))
    assert ran.code == 2
    assert "is no plan in JSON form" in ran.err
    assert tierform("cost", str(tmp_path / "none.json")).code == 2


@pytest.mark.parametrize(
    ("key", "region", "usd"),
    [
        ("fargate.x86.vcpu", "us-east-1", 0.04048), ("fargate.arm.vcpu", "ap-south-1", 0.02383),
        ("rds.postgres.single.db.t3.medium", "eu-west-1", 0.078), ("elasticache.valkey.cache.t4g.micro", "us-east-1", 0.0128),
        ("nat.hour", "ap-south-1", 0.056), ("cloudfront.out_gb.india", "ap-south-1", 0.109), ("route53.zone", "eu-west-1", 0.5),
        ("commitment.fargate.3yr_no_upfront", "us-east-1", 0.45), ("waf.requests_1m", "us-east-1", 0.6),
    ],
)  # fmt: skip
def test_prices_are_as_published(key: str, region: str, usd: float) -> None:
    found = load_book().find(key, region)
    assert found
    assert found.usd == usd
    assert found.source


def test_a_price_of_another_region_is_none() -> None:
    assert load_book().find("rds.postgres.multi.db.t3.medium", "ap-south-1") is None
    assert len(list(load_book().prices())) == 178
    assert set(allowances()) <= {item.key for item in load_book().prices()}


def test_free_amounts_are_free() -> None:
    found = load_book().find("cloudwatch.alarm", "us-east-1")
    assert found
    assert charge(10, found, allowances()["cloudwatch.alarm"]) == 0
    assert charge(11, found, allowances()["cloudwatch.alarm"]) == pytest.approx(0.1)
    assert charge(11, found, None) == pytest.approx(1.1)


def test_an_old_book_warns_and_then_fails() -> None:
    book = load_book()
    assert book.age(book.generated + timedelta(days=90)) == ""
    assert "91 days old" in book.age(book.generated + timedelta(days=91))
    with pytest.raises(UserError, match="366 days old"):
        book.age(book.generated + timedelta(days=366))
    assert replace(book, generated=date(2020, 1, 1)).rows is book.rows


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[]", "is no price book"), ('{"generated": "soon", "prices": []}', "is no price book"),
        ('{"generated": "2026-01-01", "prices": [{"key": "a"}]}', "row 1 is no price"),
    ],
)  # fmt: skip
def test_a_broken_book_is_named_with_its_row(tmp_path: Path, text: str, message: str) -> None:
    file = tmp_path / "book.json"
    file.write_text(text)
    with pytest.raises(UserError, match=message):
        load_book(file)


def test_a_price_that_is_there_twice_or_below_zero_is_refused(tmp_path: Path) -> None:
    row = {"key": "a", "region": "r", "usd": 1, "unit": "u", "sku": "s", "service": "v", "as_of": "2026", "source": ["x"],
           "status": "verified"}  # fmt: skip
    file = tmp_path / "book.json"
    for rows, message in (([row, row], "there twice"), ([{**row, "usd": -1}], "no price of 0 or more")):
        file.write_text(json.dumps({"generated": "2026-01-01", "prices": rows}))
        load_book.cache_clear()
        with pytest.raises(UserError, match=message):
            load_book(file)
    load_book.cache_clear()
    assert isinstance(load_book(), Book)


# --- the optimum -------------------------------------------------------------------------------------------------------


def reduced(document: Document) -> dict[str, list[Option]]:
    """Return a space small enough to price all of it, each combination as a whole."""
    every = groups(document)
    tasks = [item for item in every["tasks"] if "ARM" in item.text]
    caches = [item for item in every["cache"] if "t4g.micro" in item.text]
    return {"tasks": tasks, "database": every["database"][1:3], "cache": caches}


@pytest.mark.parametrize("tier", ["tier1", "tier2"])
def test_no_configuration_of_a_reduced_space_beats_the_optimum(planned: Plans, tier: str) -> None:
    given = setting(tier)
    assert given.volumes
    question = as_given(planned, tier, choices=reduced)
    found = optimise(question)
    start = {item.objective: item.verdict for item in question.answers()}
    best = found.before.total.expected
    for options in product(*([None, *items] for items in reduced(question.document).values())):
        chosen = [item for item in options if item]
        total = question.estimate(chosen).total.expected
        if total < best and all(
            item.verdict is not Verdict.NOT_MET or start[item.objective] is Verdict.NOT_MET
            for item in question.answers(chosen)
        ):
            best = total
    assert found.after.total.expected == pytest.approx(best, abs=CENTS)
    assert found.after.total.expected < found.before.total.expected
    assert sum(step.saves for step in found.steps) == pytest.approx(
        found.before.total.expected - found.after.total.expected, abs=1
    )


def test_the_command_says_what_each_step_gives_up(tierform: Tierform, planned: Plans) -> None:
    ran = tierform("cost", str(planned("tier1").folder / "plan.json"), "--optimise")
    assert ran.code == 0, ran.err
    assert "at its cheapest: 242.07 USD a month instead of 308.38" in ran.out
    assert "gives up: half a task is lost more often" in ran.out


def as_given(planned: Plans, tier: str, **more: Any) -> Question:
    """Return the question for the parts that a tier's budget was given for."""
    project = find_project()
    blueprint = load_blueprint(locate(tier, project.blueprints), project.blueprints)
    assert blueprint.traffic
    assert blueprint.budget
    document = having(plan_json(planned(tier).folder), blueprint.budget.parts)
    return Question(document, "us-east-1", blueprint.traffic, blueprint.promises(), load_book(), **more)


def test_choices_that_a_plan_has_already_made_are_not_offered(planned: Plans) -> None:
    document = plan_json(planned("tier1").folder)
    assert not any("ARM" in item.text or "Spot" in item.text for item in groups(document)["tasks"])
    given = groups(as_given(planned, "tier1").document)["tasks"]
    assert {item.text for item in given} >= {"ARM", "Spot above 2", "1/2 of the size, ARM, Spot above 2"}


# --- the budget --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("tier", "budget"), [("tier1", 240.0), ("tier2", 700.0)])
def test_the_three_cheapest_changes_that_keep_the_budget_keep_it(planned: Plans, tier: str, budget: float) -> None:
    question = replace(as_given(planned, tier), document=plan_json(planned(tier).folder), commitment="1yr")
    over = overrun(question, budget)
    assert over
    assert over.over == pytest.approx(question.spend() - budget)
    assert len(over.changes) == 3
    start = {item.objective: item.verdict for item in question.answers()}
    for change in over.changes:
        asked = replace(question, commitment=change.commitment)
        assert change.spent == pytest.approx(asked.spend(change.options))
        assert change.spent <= budget
        assert all(
            item.verdict is not Verdict.NOT_MET or start[item.objective] is Verdict.NOT_MET
            for item in asked.answers(change.options)
        )
    assert over.least.spent <= min(change.spent for change in over.changes)


@pytest.mark.parametrize("tier", ["tier1", "tier2"])
def test_no_single_change_that_keeps_the_budget_is_cheaper_than_the_first(planned: Plans, tier: str) -> None:
    question = as_given(planned, tier)
    budget = question.spend() * 0.9
    over = overrun(question, budget)
    assert over
    start = {item.objective: item.verdict for item in question.answers()}
    singles = [
        asked.spend([option])
        for asked in (question, replace(question, commitment="1yr"), replace(question, commitment="3yr"))
        for options in groups(question.document).values()
        for option in options
        if (asked.commitment == "none" or abs(asked.spend([option]) - asked.spend()) < CENTS)
        and all(
            item.verdict is not Verdict.NOT_MET or start[item.objective] is Verdict.NOT_MET
            for item in asked.answers([option])
        )
    ]
    assert over.changes[0].spent == pytest.approx(min(singles), abs=CENTS)


def test_a_budget_that_is_kept_is_no_overrun_and_one_that_cannot_be_is_said(planned: Plans) -> None:
    question = as_given(planned, "tier1")
    assert overrun(question, question.spend()) is None
    over = overrun(question, 50.0)
    assert over
    assert over.changes == ()
    assert over.least.spent > 50


def test_a_tier_is_planned_and_what_is_printed_meanwhile_is_no_part_of_the_document(
    tierform: Tierform, planned: Plans, tmp_path: Path, catalog: Path
) -> None:
    known = tierform("cost", str(planned("tier1").folder / "plan.json"), "--format", "json").out
    own = Tierform(tmp_path / "build", catalog)  # others read the plan in the shared folder
    ran = own("cost", "tier1", "--format", "json")
    own("emulator", "stop")
    assert ran.code == 0, ran.err
    assert json.loads(ran.out)[0]["total_usd"] == json.loads(known)[0]["total_usd"]
    assert "plan " in ran.err


def test_a_name_that_is_neither_plan_nor_tier_is_said(tierform: Tierform) -> None:
    ran = tierform("cost", "tire1")
    assert (ran.code, 'did you mean "tier1"?' in ran.err) == (2, True)
