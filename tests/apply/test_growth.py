"""A deployment that grows from tier 1 to tier 2 and goes back, in place, on the emulator.

Named so that it is collected early: it waits more than it works, and other tests run meanwhile.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Ran, Tierform

# What holds data, and what has an address that others know.
KEPT = (
    "aws_cloudfront_distribution",
    "aws_cloudwatch_log_group",
    "aws_db_instance",
    "aws_elasticache_replication_group",
    "aws_kms_key",
    "aws_kms_replica_key",
    "aws_lb",
    "aws_route53_zone",
    "aws_s3_bucket",
    "aws_secretsmanager_secret",
)

GOING_BACK = """\
waivers:
  logs_of_the_replica: {check: TIER_AWS_079, address: "module.database.*reader/*", owner: tests,
    reason: Tier 1 has no replica., expires: "2099-12-31"}
  logs_of_the_firewall: {check: TIER_AWS_079, address: module.firewall.*, owner: tests,
    reason: Tier 1 has no firewall., expires: "2099-12-31"}
"""


class Grown(Tierform):
    """The command with a blueprint of one's own, which names its tier in one line."""

    @property
    def blueprint(self) -> str:
        return str(self.build.parent / "site.yaml")

    def extends(self, tier: str, waivers: str = "") -> None:
        Path(self.blueprint).write_text(f"extends: {tier}\n{waivers}")

    def planned(self) -> tuple[Ran, list[dict[str, Any]]]:
        """Return what `plan` printed, and the changes of managed resources that do something."""
        ran = self.ok("plan", self.blueprint)
        document = json.loads((self.build / "site" / "plan.json").read_bytes())
        changes = [item for item in document["resource_changes"] if item["mode"] == "managed"]
        return ran, [item for item in changes if item["change"]["actions"] != ["no-op"]]


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory, catalog: Path) -> Iterator[Grown]:
    """Yield the command with tier 1 applied on an emulator of its own."""
    command = Grown(tmp_path_factory.mktemp("growth") / "build", catalog)
    command.extends("tier1")
    command.ok("apply", command.blueprint)
    yield command
    command("emulator", "stop")


@pytest.fixture(scope="module")
def grown(own: Grown) -> tuple[Ran, list[dict[str, Any]]]:
    """Return what growing was planned to do; it has been applied."""
    own.extends("tier2")
    planned = own.planned()
    own.ok("apply", own.blueprint)
    return planned


@pytest.fixture(scope="module")
def shrunk(own: Grown, grown: object) -> tuple[Ran, list[dict[str, Any]]]:
    """Return what going back was planned to do; it has been applied."""
    own.extends("tier1")
    refused = own("apply", own.blueprint)
    assert refused.code == 1, "the gate lets logs go only if the blueprint says so"
    assert "TIER_AWS_079" in refused.out
    own.extends("tier1", GOING_BACK)
    planned = own.planned()
    own.ok("apply", own.blueprint)
    own.extends("tier1")
    return planned


def lost(changes: list[dict[str, Any]]) -> set[str]:
    """Return the resources to keep that are destroyed or replaced all the same."""
    return {item["address"] for item in changes if item["type"] in KEPT and "delete" in item["change"]["actions"]}


def test_growing_destroys_and_replaces_nothing_that_holds_data(grown: tuple[Ran, list[dict[str, Any]]]) -> None:
    _, changes = grown
    assert lost(changes) == set()
    replaced = {item["type"] for item in changes if len(item["change"]["actions"]) == 2}
    assert replaced == {"aws_ecs_task_definition"}, "a new revision; everything else is changed in place"
    assert {"aws_db_instance", "aws_wafv2_web_acl", "aws_nat_gateway"} <= {
        item["type"] for item in changes if item["change"]["actions"] == ["create"]
    }


def test_the_summary_names_what_aws_interrupts(grown: tuple[Ran, list[dict[str, Any]]]) -> None:
    out = grown[0].out
    assert re.search(
        r"interrupt .*aws_db_instance\.this +instance_class db\.t4g\.medium -> db\.t4g\.large: a failover", out
    )
    assert re.search(r"interrupt .*replication_group\.this +node_type cache\.t4g\.micro -> cache\.t4g\.small", out)
    assert re.search(r"interrupt .*aws_instance\.nat\[0\] +tasks cannot connect outwards", out)
    assert out.count("in the maintenance window, sun:") == 2


def test_after_growing_nothing_is_to_change_and_the_tasks_get_the_new_settings(own: Grown, grown: object) -> None:
    assert "Nothing is to change." in own.ok("plan", own.blueprint).out
    assert "runs registry.example.com/campshub360:1.0.0." in own.ok("deploy", own.blueprint).out
    assert "Nothing is to change." in own.ok("plan", own.blueprint).out


def test_going_back_gives_up_only_what_tier_1_does_not_have(shrunk: tuple[Ran, list[dict[str, Any]]]) -> None:
    _, changes = shrunk
    assert lost(changes) == {
        'module.database.aws_db_instance.replica["reader"]',
        'module.database.aws_cloudwatch_log_group.this["campshub360-reader/postgresql"]',
        'module.database.aws_cloudwatch_log_group.this["campshub360-reader/upgrade"]',
        "module.firewall.aws_cloudwatch_log_group.this",
    }


def test_after_going_back_nothing_is_to_change(own: Grown, shrunk: object) -> None:
    assert "Nothing is to change." in own.ok("plan", own.blueprint).out
