"""A destroyed deployment's secrets hold their names; the next apply on the emulator frees them."""

from __future__ import annotations

import pytest
from botocore.exceptions import ClientError

from generator.deploy.clients import Clients as OwnClients
from generator.workflow.run import purge_secrets
from tests.emulator.conftest import REGION, Clients


def test_names_of_secrets_that_wait_for_their_end_are_freed(client: Clients) -> None:
    secrets = client("secretsmanager")
    for name in ("school/key", "school/other", "schooling/key"):
        secrets.create_secret(Name=name)
    for name in ("school/key", "schooling/key"):
        secrets.delete_secret(SecretId=name, RecoveryWindowInDays=30)
    with pytest.raises(ClientError, match="exists"):
        secrets.create_secret(Name="school/key")

    environ = {"AWS_ENDPOINT_URL": secrets.meta.endpoint_url, "AWS_ACCESS_KEY_ID": "x", "AWS_SECRET_ACCESS_KEY": "x"}
    purge_secrets(OwnClients(environ, REGION), "school")

    secrets.create_secret(Name="school/key")
    left = secrets.list_secrets(IncludePlannedDeletion=True)["SecretList"]
    assert {secret["Name"]: "DeletedDate" in secret for secret in left} == {
        "school/key": False, "school/other": False, "schooling/key": True
    }  # fmt: skip
