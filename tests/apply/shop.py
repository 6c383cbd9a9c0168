"""A small shop, applied on an emulator of its own: what deployments and runbooks are tried on."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from generator.deploy.clients import Clients
from generator.emulator import Emulator, running
from tests.conftest import PROJECT, Tierform

ALARM = "shop-errors"
HERE = PROJECT / "tests" / "apply"


class Shop(Tierform):
    """The command with a blueprint of its own, and AWS's API as its emulator answers it."""

    blueprint: Path

    @property
    def shop(self) -> str:
        """Return the blueprint as it is named on the command line."""
        return str(self.blueprint)

    @property
    def emulator(self) -> Emulator:
        """Return the emulator."""
        found = running(self.build / ".emulator")
        assert found is not None
        return found

    def call(self, service: str, operation: str, **parameters: Any) -> dict[str, Any]:
        """Return AWS's answer to a call."""
        return Clients(self.emulator.environment("us-east-1"), "us-east-1").call(service, operation, **parameters)

    def open(self, name: str) -> None:
        """Apply the blueprint `name` of this folder, with an alarm that guards its deployments and is quiet."""
        self.ok("emulator", "start")
        certificate = self.call("acm", "request_certificate", DomainName="shop.example.com")["CertificateArn"]
        folder = self.build.parent
        for file in HERE.glob("*.yaml"):
            (folder / file.name).write_text(file.read_text().replace("CERTIFICATE", certificate))
        self.blueprint = folder / name
        self.call(
            "cloudwatch", "put_metric_alarm",
            AlarmName=ALARM, MetricName="Errors", Namespace="shop", Statistic="Sum", Period=60, EvaluationPeriods=1,
            Threshold=1, ComparisonOperator="GreaterThanThreshold",
        )  # fmt: skip
        self.accept_findings()
        self.ok("apply", self.shop)
        self.accept_findings()

    def accept_findings(self) -> None:
        """Have the blueprint accept what the gate finds in it: a shop is too small to have all that a tier has."""
        plain = self.blueprint.read_text().partition("waivers:\n")[0]
        if self("plan", self.shop).code == 0:
            return
        self.blueprint.write_text(plain)
        plan = self.build / self.blueprint.stem / "plan.json"
        verdict = json.loads(self("gate", str(plan), "--blueprint", self.shop, "--format", "json").out)
        [judged] = verdict["plans"]
        checks = sorted({finding["check"] for finding in judged["findings"] + judged["unknown"]})
        terms = 'address: "*", reason: a shop to try things on, owner: tests, expires: "2099-12-31"'
        waivers = (f"  accepted_{number}: {{check: {check}, {terms}}}" for number, check in enumerate(checks))
        self.blueprint.write_text("\n".join([plain.rstrip(), "waivers:", *waivers, ""]))
        self.ok("plan", self.shop)

    def ring(self, state: str) -> None:
        """Set the alarm's state."""
        self.call("cloudwatch", "set_alarm_state", AlarmName=ALARM, StateValue=state, StateReason="test")

    def task_ends_with(self, family: str, code: int) -> None:
        """Have the emulator's tasks of a family end with `code`: no container runs there."""
        self.tell_emulator("task-exit", {"family": family, "exit_code": code})

    @contextmanager
    def minute_takes(self, seconds: float) -> Iterator[None]:
        """Have the emulator's time pass slowly enough for a test to look, and quickly again afterwards."""
        self.tell_emulator("minute", {"seconds": seconds})
        try:
            yield
        finally:
            self.tell_emulator("minute", {"seconds": 1})

    def tell_emulator(self, what: str, body: dict[str, object]) -> None:
        """Ask the emulator for something that AWS has no call for."""
        request = urllib.request.Request(  # noqa: S310 - loopback
            f"{self.emulator.endpoint}/_tierform/{what}", data=json.dumps(body).encode(), method="POST"
        )
        with urllib.request.urlopen(request):  # noqa: S310
            pass

    def assert_nothing_to_change(self) -> None:
        """Fail unless a plan is empty."""
        assert "Nothing is to change." in self.ok("plan", self.shop).out
