"""What a plan's summary says AWS interrupts."""

from __future__ import annotations

from typing import Any

import pytest

from generator.plan import parse_plan
from generator.plan.summary import describe_interruptions


def plan_of(kind: str, before: dict[str, Any] | None, after: dict[str, Any] | None) -> Any:
    actions = ["update"] if before and after else ["delete"] if before else ["create"]
    change = {"actions": actions, "before": before, "after": after}
    item = {"address": f"module.x.{kind}.this", "type": kind, "mode": "managed", "change": change}
    return parse_plan({"format_version": "1.2", "resource_changes": [item], "planned_values": {}})


DATABASE = {"instance_class": "db.t3.medium", "engine_version": "16", "maintenance_window": "sun:03:30-sun:04:30"}


def test_a_class_change_is_a_failover_in_the_maintenance_window() -> None:
    [line] = describe_interruptions(plan_of("aws_db_instance", DATABASE, DATABASE | {"instance_class": "db.t4g.large"}))
    assert line == (
        "interrupt  module.x.aws_db_instance.this  instance_class db.t3.medium -> db.t4g.large: a failover of 60 to 120"
        " seconds with Multi-AZ, else a restart of minutes; in the maintenance window, sun:03:30-sun:04:30 UTC"
    )


def test_it_comes_at_once_if_that_is_asked_for() -> None:
    after = DATABASE | {"instance_class": "db.t4g.large", "engine_version": "17", "apply_immediately": True}
    [line] = describe_interruptions(plan_of("aws_db_instance", DATABASE, after))
    assert line.endswith("; at once")
    assert "instance_class db.t3.medium -> db.t4g.large" in line
    assert "engine_version 16 -> 17" in line


@pytest.mark.parametrize(
    ("kind", "before", "after"),
    [
        ("aws_db_instance", DATABASE, DATABASE | {"backup_retention_period": 14}),
        ("aws_db_instance", None, DATABASE),
        ("aws_lb", {"idle_timeout": 60}, {"idle_timeout": 120}),
        ("aws_s3_bucket", {"bucket": "x"}, None),
    ],
)
def test_what_goes_on_meanwhile_is_not_named(kind: str, before: Any, after: Any) -> None:
    assert describe_interruptions(plan_of(kind, before, after)) == []


def test_a_new_password_is_named_without_any_value_of_it() -> None:
    before = {"password_wo_version": 1, "password_wo": None}
    [line] = describe_interruptions(plan_of("aws_db_instance", before, before | {"password_wo_version": 2}))
    assert line.endswith(
        "password_wo_version 1 -> 2: new connections need the new password: deploy the tasks anew at once"
    )


def test_the_way_out_is_named_when_it_goes() -> None:
    [line] = describe_interruptions(plan_of("aws_nat_gateway", {"id": "nat-1"}, None))
    assert "tasks cannot connect outwards" in line


def test_fewer_restore_points_are_named_as_a_loss() -> None:
    [line] = describe_interruptions(
        plan_of("aws_db_instance", {"backup_retention_period": 14}, {"backup_retention_period": 7})
    )
    assert line.endswith("backup_retention_period 14 -> 7: older restore points are lost, at once")
