"""One emulator for all tests of it, and clients that talk to it as Terraform does: over HTTP."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import boto3
import pytest
from botocore.config import Config

from generator.emulator import Emulator, reset, start, stop

REGION = "eu-west-1"
MINUTE = 0.2  # real seconds of an emulated minute: deployments and tasks pass in a few seconds
Clients = Callable[..., Any]


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulator]:
    """The emulator of this session."""
    directory = tmp_path_factory.mktemp("emulator")
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("TIERFORM_EMULATOR_MINUTE_SECONDS", str(MINUTE))
        running = start(directory)
    yield running
    stop(directory)


@pytest.fixture
def emulator(shared: Emulator) -> Emulator:
    """The emulator, with nothing in it."""
    reset(shared)
    return shared


@pytest.fixture(scope="session")
def clients(shared: Emulator) -> Iterator[Clients]:
    """A function (service, region) -> boto3 client that does not retry; each is made once, for that is slow."""
    session = boto3.Session(aws_access_key_id="testing", aws_secret_access_key="testing")
    config = Config(retries={"max_attempts": 0}, read_timeout=20)
    made: dict[tuple[str, str], Any] = {}

    def make(service: str, region: str = REGION) -> Any:
        if (service, region) not in made:
            place = {"region_name": region, "endpoint_url": shared.endpoint}
            made[service, region] = session.client(service, config=config, **place)
        return made[service, region]

    yield make
    for item in made.values():
        item.close()


@pytest.fixture
def client(clients: Clients, emulator: Emulator) -> Clients:
    """A function (service, region) -> boto3 client of the emulator, with nothing in it."""
    return clients
