"""The runbooks, by their own commands, on the emulator: after each one nothing is to change.

They build on one another, in the order of a year: drills first, the end last.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.apply.runbooks import FOLDER, blocks, run
from tests.apply.shop import Shop

ORDER = ("fail-over.md", "drain-zone.md", "restore-database.md", "rotate-master-password.md", "tear-down.md")
NOT_RUN = {"grow.md": ["not-here"], "restore-database.md": ["not-emulated"]}


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory, catalog: Path) -> Iterator[Shop]:
    """Yield the command with the shop, its database and cache applied on an emulator of its own."""
    command = Shop(tmp_path_factory.mktemp("runbooks") / "build", catalog)
    command.open("school.yaml")
    yield command
    command("emulator", "stop")


def follow(own: Shop, name: str, **names: str) -> str:
    """Run a runbook on the shop; return what it printed."""
    given = {key: value for key, value in own.emulator.environment("us-east-1").items() if value}
    folder = {"DEPLOYMENT": "school", "TIERFORM_DEPLOYMENT": "school"}
    names = {"TIER": "school.yaml", "NAME": "shop", "DEPLOYMENT": "school", **names}
    return run(name, {**own.environ, **given, **folder}, own.build.parent, **names)


def zone_and_identity(own: Shop) -> tuple[str, str]:
    [found] = own.call("rds", "describe_db_instances", DBInstanceIdentifier="shop")["DBInstances"]
    return found["AvailabilityZone"], found["DbiResourceId"]


def test_every_runbook_is_run_or_says_why_not() -> None:
    files = {file.name for file in FOLDER.glob("*.md")} - {"README.md"}
    assert files == {*ORDER, "grow.md"}, "grow.md is what test_growth.py does"
    noted = {name: [note for note, _ in blocks(name) if note] for name in files}
    assert {name: notes for name, notes in noted.items() if notes} == NOT_RUN


def test_failing_over_moves_the_primaries(own: Shop) -> None:
    before, _ = zone_and_identity(own)
    said = follow(own, "fail-over.md")
    assert zone_and_identity(own)[0] != before
    assert "failover completed" in said
    assert "shop-002\tprimary" in said
    own.assert_nothing_to_change()


def test_a_zone_is_drained_and_used_again(own: Shop) -> None:
    said = follow(own, "drain-zone.md")
    assert "0.0" in said
    assert own.call("arc-zonal-shift", "list_zonal_shifts")["items"] == []
    own.assert_nothing_to_change()


def test_a_restored_database_takes_the_place_of_the_old_one(own: Shop) -> None:
    _, before = zone_and_identity(own)
    said = follow(own, "restore-database.md")
    assert "Nothing is to change." in said
    assert zone_and_identity(own)[1] != before
    [reader] = own.call("rds", "describe_db_instances", DBInstanceIdentifier="shop-reader")["DBInstances"]
    assert reader["ReadReplicaSourceDBInstanceIdentifier"] == "shop"


def test_a_rotated_password_reaches_secret_database_and_tasks(own: Shop) -> None:
    [secret] = own.call("secretsmanager", "list_secrets")["SecretList"]
    before = own.call("secretsmanager", "get_secret_value", SecretId=secret["ARN"])["SecretString"]
    said = follow(own, "rotate-master-password.md")
    assert "password_wo_version 1 -> 2: new connections need the new password" in said
    assert "shop-blue-green runs registry.example.com/shop:1.0.0." in said
    assert own.call("secretsmanager", "get_secret_value", SecretId=secret["ARN"])["SecretString"] != before
    assert said.rstrip().count("Nothing is to change.") == 1


def test_a_protected_deployment_is_torn_down(own: Shop) -> None:
    follow(own, "tear-down.md", TIER="rotated.yaml")
    assert set(own.emulator.inventory()["resources"]) <= {"acm certificate", "cloudwatch alarm"}
    assert own.emulator.unsupported() == []
