"""Where a deployment runs: the embedded emulator, or an AWS account with the caller's own credentials."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from generator.compose import ACCOUNTS
from generator.diagnostics import UserError
from generator.emulator import running, start
from generator.report import Console

LOCAL, AWS = "local", "aws"
EMULATED_ACCOUNT = "123456789012"


@dataclass(frozen=True, slots=True)
class Target:
    """A target's name, the Terraform workspace that keeps its state apart, and the environment that leads to it."""

    name: str
    workspace: str
    environment: dict[str, str]
    emulator_id: str = ""

    @property
    def local(self) -> bool:
        """Say whether this is the emulator."""
        return self.name == LOCAL


def choose(name: str, region: str, emulator_folder: Path, console: Console) -> Target:
    """Return the target called `name`; starts the emulator if that is it. Raises UserError."""
    if name == AWS:
        return on_aws(os.environ, region)
    with console.step("emulator") as step:
        found = running(emulator_folder)
        emulator = start(emulator_folder)
        same = found is not None and found.instance_id == emulator.instance_id
        step.note = f"{emulator.endpoint}, {'running' if same else 'started'}"
    return on_emulator(emulator.environment(region), emulator.instance_id)


def on_emulator(environment: dict[str, str], emulator_id: str) -> Target:
    """Return the target `local`: nothing but environment variables lead Terraform to the emulator."""
    variables = {f"TF_VAR_{ACCOUNTS}": f'["{EMULATED_ACCOUNT}"]'}
    return Target(LOCAL, LOCAL, {**environment, **variables, "TF_WORKSPACE": LOCAL}, emulator_id)


def on_aws(environ: Mapping[str, str], region: str) -> Target:
    """Return the target `aws`.

    Raises UserError if the caller has no credentials, or an endpoint is set that is not AWS.
    """
    if environ.get("AWS_ENDPOINT_URL"):
        raise UserError("AWS_ENDPOINT_URL is set: this would not reach AWS", "unset it, or use TARGET=local")
    if not _credentials_found():
        raise UserError(
            "TARGET=aws needs AWS credentials, and there are none",
            "run `aws configure sso` and `aws sso login`, or set AWS_PROFILE, or AWS_ACCESS_KEY_ID and"
            " AWS_SECRET_ACCESS_KEY; TARGET=local needs no account",
        )
    return Target(AWS, "default", {"AWS_REGION": region, "TF_WORKSPACE": "default"})


def _credentials_found() -> bool:
    """Look where every AWS tool looks: environment, profiles, single sign-on, container and instance roles."""
    import botocore.exceptions  # noqa: PLC0415 - slow to import, and needed only for a real account
    import botocore.session  # noqa: PLC0415

    try:
        return botocore.session.Session().get_credentials() is not None
    except botocore.exceptions.BotoCoreError as error:
        raise UserError(f"the AWS credentials cannot be used: {error}", "mend the profile, or choose another") from None
