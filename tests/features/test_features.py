"""Every cell of the table holds on the real plans, and every mutation fails exactly its cell."""

from __future__ import annotations

import copy
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import Planned, Tierform
from tests.features import data, parts
from tests.features.__main__ import current
from tests.features.mutation import change, drop
from tests.features.proof import Case, Outcome, Prover, cases, failures, never_failed
from tests.features.reading import Evidence, Reading
from tests.features.row import TIERS, Assertion, Row, Tier
from tests.features.table import ROWS

CELLS = [(tier, row, assertion) for tier in TIERS for row in ROWS for assertion in row.of(tier)]
CASES = list(cases(ROWS))

KEY_FEATURES = [
    "Auto-scaling on CPU and on memory",
    "Multi-AZ for high availability",
    "Automated backups and point-in-time recovery",
    "TLS for all communications",
    "VPC isolation and security groups",
    "CloudWatch monitoring and alerting",
    "Cost optimisation with Reserved Instances",
    "Blue-green deployments with no downtime",
    "Health checks and automatic failover",
    "Global content delivery with CloudFront",
]


@pytest.fixture(scope="module")
def evidence(planned: Callable[[str], Planned]) -> dict[str, Evidence]:
    return {tier: Evidence.of(planned(tier).folder) for tier in TIERS}


@pytest.fixture(scope="module")
def outcomes(evidence: dict[str, Evidence]) -> dict[str, Outcome]:
    prover = Prover(ROWS, evidence)
    return {str(case): prover.run(case) for case in CASES}


@pytest.mark.parametrize(
    ("tier", "row", "assertion"), [pytest.param(*it, id=f"{it[0]} | {it[1].title} | {it[2].name}") for it in CELLS]
)
def test_the_cell_holds(tier: str, row: Row, assertion: Assertion, evidence: dict[str, Evidence]) -> None:
    assertion.check(Reading(evidence[tier]), TIERS[tier])


@pytest.mark.parametrize("case", CASES, ids=str)
def test_the_mutation_fails_exactly_its_cell(case: Case, outcomes: dict[str, Outcome]) -> None:
    assert outcomes[str(case)].caught, str(outcomes[str(case)])


def test_every_assert_statement_is_failed_by_a_mutation(outcomes: dict[str, Outcome]) -> None:
    assert never_failed(Path(__file__).parent, outcomes.values()) == []


def test_the_ten_key_features_come_first_and_both_tiers_have_them() -> None:
    assert [row.title for row in ROWS[:10]] == KEY_FEATURES
    assert {row.cell(tier) for row in ROWS[:10] for tier in TIERS} == {"yes"}


@pytest.mark.parametrize("row", [row for row in ROWS if row.assertions], ids=lambda row: row.title)
def test_a_row_has_assertions_for_every_tier_or_says_why_not(row: Row) -> None:
    assert "not yet" not in {row.cell(tier) for tier in TIERS}
    assert not [tier for tier in row.absent if row.of(tier)]


def test_names_are_told_apart() -> None:
    assert len({row.title for row in ROWS}) == len(ROWS)
    assert len({str(case) for case in CASES}) == len(CASES)
    for row in ROWS:
        assert len({it.name for it in row.assertions}) == len(row.assertions), row.title
        assert all(it.mutations for it in row.assertions), row.title


LESS = """\
extends: tier1
name: campshub360
components:
  web:
    inputs:
      desired_count: 2
      autoscaling: {min: 2, max: 4, cpu_target: 90}
      secrets: {JWT_SIGNING_KEY: null}
      environment: {NUM_PROXIES: null, DATABASE_HOST: null}
  database:
    inputs: {multi_az: false, backup_retention_days: 8, instance_class: db.t3.small}
  secrets:
    inputs: {secrets: {third-party: null}}
  monitoring:
    inputs: {reserved_percent: null, monthly_budget_usd: 900}
"""


def test_a_real_plan_without_features_fails_exactly_their_cells(tierform: Tierform, tmp_path: Path) -> None:
    """What mutations only imitate: a blueprint that leaves features out, planned by Terraform."""
    (tmp_path / "less.yaml").write_text(LESS)
    assert tierform("plan", str(tmp_path / "less.yaml")).code == 1, "the gate should miss some of it, too"
    found = failures(ROWS, Evidence.of(tierform.build / "less"), "tier1")
    assert {item.cell for item in found} == {
        ("Auto-scaling on CPU and on memory", "on cpu"),
        ("Auto-scaling on CPU and on memory", "between bounds"),
        ("Multi-AZ for high availability", "database with a standby"),
        ("Automated backups and point-in-time recovery", "database to any second"),
        ("CloudWatch monitoring and alerting", "fewer tasks than auto scaling keeps"),
        *(
            ("Cost optimisation with Reserved Instances", f"{measure} of the {part}'s reservations is watched")
            for measure in ("coverage", "utilisation")
            for part in ("cache", "database")
        ),
        (parts.tasks.title, "as many as the tier has"),
        (data.database.title, "of the tiers class"),
        (data.secrets.title, "third-party"),
        *((parts.contract.title, name) for name in ("environment DATABASE_HOST", "environment NUM_PROXIES")),
        (parts.contract.title, "secrets JWT_SIGNING_KEY"),
        (parts.budget.title, "at the promised amount"),
    }


def test_the_readme_shows_the_table() -> None:
    assert current(), "run `.venv/bin/python -m tests.features --readme`"


def caught(rows: list[Row], evidence: dict[str, Evidence]) -> list[bool]:
    prover = Prover(rows, evidence)
    return [prover.run(case).caught for case in cases(rows)]


def test_the_proof_notices_an_assertion_that_asserts_nothing(evidence: dict[str, Evidence]) -> None:
    row = Row("idle")

    @row.proves(drop("monitoring", "aws_cloudwatch_dashboard.this"))
    def idle(reading: Reading, tier: Tier) -> None:
        reading.all("monitoring", "aws_cloudwatch_dashboard")

    assert caught([row], evidence) == [False, False]


def test_the_proof_notices_what_two_rows_assert(evidence: dict[str, Evidence]) -> None:
    rows = [Row("first"), Row("second")]
    for row in rows:

        @row.proves(change("database", "aws_db_instance.this", "multi_az", to=False))
        def standby(reading: Reading, tier: Tier) -> None:
            assert reading.one("database", "aws_db_instance.this")["multi_az"] is True

    assert caught(rows[:1], evidence) == [True, True]
    assert caught(rows, evidence) == [False] * 4


def test_the_proof_notices_a_mutation_that_changes_nothing(evidence: dict[str, Evidence]) -> None:
    row = Row("misspelt")

    @row.proves(drop("web", "aws_lb.none"), change("database", "aws_db_instance.this", "multi_azz", to=False))
    def misspelt(reading: Reading, tier: Tier) -> None:
        assert reading

    prover = Prover([row], evidence)
    found = [prover.run(case) for case in cases([row])]
    assert not any(outcome.caught for outcome in found)
    assert {str(outcome) for outcome in found} == {
        "by nothing: web has no aws_lb.none",
        "by nothing: module.database.aws_db_instance.this has no multi_azz",
    }


def test_what_fails_anyway_is_no_mutations_doing(evidence: dict[str, Evidence]) -> None:
    broken, sound = Row("broken"), Row("sound")

    @broken.proves(drop("monitoring", "aws_cloudwatch_dashboard.this"))
    def never(reading: Reading, tier: Tier) -> None:
        reading.one("web", "aws_lb.none")

    @sound.proves(change("database", "aws_db_instance.this", "multi_az", to=False))
    def standby(reading: Reading, tier: Tier) -> None:
        assert reading.one("database", "aws_db_instance.this")["multi_az"] is True

    assert caught([broken, sound], evidence) == [False, False, True, True]


def test_an_assertion_that_crashes_has_not_failed(evidence: dict[str, Evidence]) -> None:
    row = Row("crash")

    @row.proves()
    def crash(reading: Reading, tier: Tier) -> None:
        assert reading.one("database", "aws_db_instance.this")["no such attribute"]

    with pytest.raises(KeyError, match="no such attribute"):
        list(failures([row], evidence["tier1"], "tier1"))


def test_a_mutated_plan_reads_as_one_without_the_feature(evidence: dict[str, Evidence]) -> None:
    changed = copy.deepcopy(evidence["tier1"])
    drop("balancer", "aws_lb_listener.test[0]").apply(changed)
    reading, address = Reading(changed), "aws_lb_listener.test[0]"
    assert f"module.balancer.{address}" not in reading.plan.resource_changes
    assert address not in reading.plan.modules["module.balancer"].resources
    with pytest.raises(AssertionError, match="does not configure"):
        reading.wiring("balancer", "aws_lb_listener.test")


def test_one_of_several_instances_leaves_the_configuration(evidence: dict[str, Evidence]) -> None:
    changed = copy.deepcopy(evidence["tier1"])
    drop("balancer", 'aws_lb_target_group.this["green"]').apply(changed)
    assert len(Reading(changed).all("balancer", "aws_lb_target_group")) == 1
    assert Reading(changed).wiring("balancer", "aws_lb_target_group.this", "vpc_id") == {"var.vpc_id"}


def test_what_is_given_a_value_is_no_longer_unknown(evidence: dict[str, Evidence]) -> None:
    changed = copy.deepcopy(evidence["tier1"])
    change("monitoring", 'aws_cloudwatch_metric_alarm.this["service-cpu"]', "alarm_actions", to=[]).apply(changed)
    after = Reading(changed).plan.resource_changes['module.monitoring.aws_cloudwatch_metric_alarm.this["service-cpu"]']
    assert after["change"]["after"]["alarm_actions"] == []
    assert "alarm_actions" not in after["change"]["after_unknown"]
