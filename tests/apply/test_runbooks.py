"""The runbooks, by their own commands, on the emulator: after each one nothing is to change.

They build on one another, in the order of a year: drills first, the end last.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.apply.runbooks import FOLDER, not_run, run_runbook
from tests.apply.shop import Shop

# grow.md is what test_growth.py does, tear-down.md what test_tier2.py does.
FILES = {"drain-zone", "fail-over", "grow", "restore-database", "rotate-master-password", "tear-down"}
NOT_RUN = {"restore-database": ["sh not-emulated"]}


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory, catalog: Path) -> Iterator[Shop]:
    """Yield the command with the shop, its database and cache applied on an emulator of its own."""
    command = Shop(tmp_path_factory.mktemp("runbooks") / "build", catalog)
    command.open("school.yaml")
    yield command
    command("emulator", "stop")


def follow(own: Shop, name: str, *sections: str, **variables: str) -> str:
    """Run a runbook, or sections of it, on the shop; return what it printed."""
    given = {key: value for key, value in own.emulator.environment("us-east-1").items() if value}
    known = {"NAME": "shop", "TIER": own.shop, "TARGET": "local"}
    printed = run_runbook(name, {**own.environ, **given}, {**known, **variables}, sections or None)
    return "\n".join(printed.values())


def zone_and_identity(own: Shop, name: str = "shop") -> tuple[str, str]:
    [found] = own.call("rds", "describe_db_instances", DBInstanceIdentifier=name)["DBInstances"]
    return found["AvailabilityZone"], found["DbiResourceId"]


def test_every_runbook_is_run_or_says_why_not() -> None:
    assert {file.stem for file in FOLDER.glob("*.md")} - {"README"} == FILES
    noted = {name: [block.kind for block in not_run(name)] for name in FILES}
    assert {name: kinds for name, kinds in noted.items() if kinds} == NOT_RUN


def test_failing_over_moves_the_primaries(own: Shop) -> None:
    before, _ = zone_and_identity(own)
    said = follow(own, "fail-over")
    assert zone_and_identity(own)[0] != before
    assert "failover completed" in said
    assert "shop-002\tprimary" in said
    assert "Nothing is to change." in said


def test_a_zone_is_drained_and_used_again(own: Shop) -> None:
    here, _ = zone_and_identity(own)
    zones = own.call("ec2", "describe_availability_zones")["AvailabilityZones"]
    zone = next(zone["ZoneId"] for zone in zones if zone["ZoneName"] == here)
    follow(own, "drain-zone", ZONE_ID=zone)
    assert zone_and_identity(own)[0] != here
    assert own.call("arc-zonal-shift", "list_zonal_shifts", status="ACTIVE")["items"] == []
    own.assert_nothing_to_change()


def test_a_restored_database_takes_the_place_of_the_old_one(own: Shop) -> None:
    before = {name: zone_and_identity(own, name)[1] for name in ("shop", "shop-reader")}
    steps = ("Restore beside the running database", "Switch over", "Tell Terraform", "Clean up")
    said = follow(own, "restore-database", *steps)
    assert "Nothing is to change." in said
    after = {name: zone_and_identity(own, name)[1] for name in before}
    assert not set(before.values()) & set(after.values())
    names = {item["DBInstanceIdentifier"] for item in own.call("rds", "describe_db_instances")["DBInstances"]}
    assert names == set(before)


def test_a_rotated_password_reaches_secret_database_and_tasks(own: Shop) -> None:
    [secret] = own.call("secretsmanager", "list_secrets")["SecretList"]
    before = own.call("secretsmanager", "get_secret_value", SecretId=secret["ARN"])["SecretString"]
    said = follow(own, "rotate-master-password")
    assert "password_wo_version 1 -> 2: new connections need the new password" in said
    assert "shop-blue-green runs registry.example.com/shop:1.0.0." in said
    assert own.call("secretsmanager", "get_secret_value", SecretId=secret["ARN"])["SecretString"] != before
    assert "Nothing is to change." in said
