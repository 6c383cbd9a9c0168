"""Tier 2 by the real commands: applied on the emulator, planned again without a difference, torn down to nothing.

Named so that it is collected first: it waits more than it works, and other tests run meanwhile.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from generator.emulator import running
from generator.workflow.state import State
from tests.apply.runbooks import run_runbook
from tests.conftest import Ran, Tierform

SECRET_ATTRIBUTES = ("password", "secret_string", "auth_token", "master_password", "master_user_password", "passwords")


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory):
    """Yield the command with a build folder and an emulator of its own."""
    command = Tierform(tmp_path_factory.mktemp("own") / "build")
    yield command
    command("emulator", "stop")


@pytest.fixture(scope="module")
def applied(own: Tierform) -> Ran:
    return own.ok("apply", "tier2")


@pytest.fixture(scope="module")
def planned_again(applied: Ran, own: Tierform) -> Ran:
    return own.ok("plan", "tier2")


@pytest.fixture(scope="module")
def files_while_deployed(planned_again: Ran, own: Tierform) -> dict[str, str]:
    """Return every file of the build folder while all is deployed, but for the provider's executable."""
    files = (file for file in own.build.rglob("*") if file.is_file() and "providers" not in file.parts)
    return {str(file.relative_to(own.build)): file.read_text(errors="replace") for file in files}


@pytest.fixture(scope="module")
def destroyed(files_while_deployed: dict[str, str], own: Tierform) -> str:
    """Tear it down as the runbook says, protections and all; return what the destroy printed."""
    emulator = running(own.build / ".emulator")
    assert emulator is not None
    given = {key: value for key, value in emulator.environment("us-east-1").items() if value}
    sections = ("", "Empty the buckets", "Lift the protection by hand", "Destroy", "What stays")
    known = {"NAME": "campshub360", "TIER": "tier2", "TARGET": "local"}
    return run_runbook("tear-down", {**own.environ, **given}, known, sections)["Destroy"]


def test_every_planned_resource_is_created(applied: Ran, own: Tierform) -> None:
    [planned] = re.findall(r"^(\d+) to add\.$", applied.out, re.MULTILINE)
    [created] = re.findall(r"^(\d+) created\.$", applied.out, re.MULTILINE)
    assert planned == created
    assert int(created) > 150
    assert "url = https://campshub360.example.com" in applied.out


def test_nothing_is_to_change_afterwards(planned_again: Ran) -> None:
    assert "Nothing is to change." in planned_again.out


def test_no_secret_value_is_in_any_file(files_while_deployed: dict[str, str], own: Tierform) -> None:
    values = emulated_secrets(own)
    assert len(values) >= 4
    for name, text in files_while_deployed.items():
        found = [secret for secret, value in values.items() if value in text]
        assert found == [], f"{name} holds the value of {found}"


def test_no_attribute_that_holds_secrets_is_set_in_the_state(
    files_while_deployed: dict[str, str], own: Tierform
) -> None:
    state = State(own.build / "tier2" / "terraform.tfstate.d" / "local" / "terraform.tfstate.backup")
    state = (
        state
        if state.instances()
        else State(own.build / "tier2" / "terraform.tfstate.d" / "local" / "terraform.tfstate")
    )
    found = [
        f"{address}.{name}"
        for address, attributes in state.instances()
        for name in SECRET_ATTRIBUTES
        if attributes.get(name)
    ]
    assert found == []


def emulated_secrets(own: Tierform) -> dict[str, str]:
    """Return the secret values that exist in the emulated account, by name."""
    import boto3  # noqa: PLC0415

    emulator = running(own.build / ".emulator")
    assert emulator is not None
    client = boto3.client(
        "secretsmanager", "us-east-1", endpoint_url=emulator.endpoint,
        aws_access_key_id="testing", aws_secret_access_key="testing",
    )  # fmt: skip
    found = {}
    for secret in client.list_secrets(MaxResults=100)["SecretList"]:
        try:
            found[secret["Name"]] = client.get_secret_value(SecretId=secret["ARN"])["SecretString"]
        except client.exceptions.ResourceNotFoundException:
            continue  # one for a person to fill
    return found


def test_the_emulator_holds_nothing_after_destroy(destroyed: str, own: Tierform) -> None:
    emulator = running(own.build / ".emulator")
    assert emulator is not None
    assert emulator.inventory()["resources"] == {}
    assert emulator.unsupported() == []
    assert State(own.build / "tier2" / "terraform.tfstate.d" / "local" / "terraform.tfstate").instances() == []


def test_terraform_said_nothing_of_deprecation(destroyed: str, own: Tierform) -> None:
    log = Path(own.build / "tier2" / ".tierform" / "terraform.log").read_text()
    assert "deprecat" not in log.lower()
