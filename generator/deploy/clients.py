"""AWS's API for a target: the emulator by its environment, an account by the caller's own credentials."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from generator.diagnostics import UserError


class DeployError(UserError):
    """A deployment or task did not do what it was asked: ends with `exit_code` 1; `code` is AWS's own, or ""."""

    exit_code = 1

    def __init__(self, message: str, remedy: str = "", code: str = "") -> None:
        super().__init__(message, remedy)
        self.code = code


class Clients:
    """AWS clients by service; what AWS refuses becomes a DeployError."""

    def __init__(self, environ: Mapping[str, str], region: str) -> None:
        import botocore.session  # noqa: PLC0415 - slow to import
        from botocore.config import Config  # noqa: PLC0415

        self.settings: dict[str, Any] = {"region_name": region}
        self.settings["config"] = Config(retries={"mode": "standard", "max_attempts": 6}, user_agent_extra="tierform")
        if endpoint := environ.get("AWS_ENDPOINT_URL"):
            self.session = botocore.session.Session(session_vars=_NO_PROFILE)
            self.settings["endpoint_url"] = endpoint
            self.settings["aws_access_key_id"] = environ["AWS_ACCESS_KEY_ID"]
            self.settings["aws_secret_access_key"] = environ["AWS_SECRET_ACCESS_KEY"]
        else:
            self.session = botocore.session.Session()
        self._clients: dict[str, Any] = {}

    def call(self, service: str, operation: str, **parameters: Any) -> dict[str, Any]:
        """Call an operation (`describe_services`) of a service (`ecs`); raises DeployError with AWS's own words."""
        from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415

        if service not in self._clients:
            self._clients[service] = self.session.create_client(service, **self.settings)
        try:
            answer: dict[str, Any] = getattr(self._clients[service], operation)(**parameters)
        except ClientError as error:
            said = error.response["Error"]
            message = f"{service} {operation}: {said.get('Message') or said['Code']}"
            raise DeployError(message, _REMEDIES.get(said["Code"], ""), said["Code"]) from None
        except BotoCoreError as error:
            raise DeployError(f"{service} {operation}: {error}", "check credentials and network") from None
        return answer

    def check_account(self, account: str) -> None:
        """Raise UserError unless the credentials are of `account`."""
        own = str(self.call("sts", "get_caller_identity")["Account"])
        if own != account:
            raise UserError(
                f"these credentials are of account {own}, but the deployment is in {account}", "choose another profile"
            )


# The caller's own profile must not matter on the emulator: neither its name nor its files are looked up.
_NO_PROFILE = {
    "profile": (None, None, None, None),
    "config_file": (None, None, os.devnull, None),
    "credentials_file": (None, None, os.devnull, None),
}

_REMEDIES = {
    "AccessDeniedException": "the caller needs permission for this operation",
    "AccessDenied": "the caller needs permission for this operation",
    "ExpiredToken": "log in again",
    "ExpiredTokenException": "log in again",
    "InvalidClientTokenId": "log in again, or choose another profile",
    "DeploymentLimitExceededException": "another deployment has just begun; run the command again to follow it",
}
