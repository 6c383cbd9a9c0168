"""Terraform's event stream (`-json`) turned into progress and diagnostics."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from generator.report import Console
from generator.report.console import Step
from generator.terraform import TerraformError
from generator.workflow.deployment import Deployment

Event = dict[str, Any]

# What Terraform says of `-target`, which `destroy` uses on purpose.
OF_TARGETING = ("Resource targeting is in effect", "Applied changes may be incomplete")


@dataclass
class Listener:
    """Follows the events of one Terraform run; `errors` and `warnings` are ready to be printed."""

    deployment: Deployment
    console: Console
    step: Step
    expected: int = 0
    errors: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    done: Counter[str] = field(default_factory=Counter)
    under_way: dict[str, int] = field(default_factory=dict)

    def __call__(self, event: Event | str) -> None:
        """Take one event, or a line that is none."""
        if isinstance(event, str):
            if self.console.verbose and event.strip():
                self.console.line(f"    {event}")
            return
        if self.console.verbose and event.get("@message"):
            self.console.line(f"    {event['@message']}")
        handler = HANDLERS.get(str(event.get("type")))
        if handler:
            handler(self, event)

    def finish(self, code: int, command: str, log: Path) -> None:
        """Print the warnings; raise TerraformError with the errors if Terraform ended with one."""
        for text in self.warnings:
            self.console.warn(text)
        if code:
            said = "\n\nerror: ".join(self.errors) or f"terraform {command} ended with {code}"
            remedies = [remedy for text, remedy in REMEDIES.items() if text in said]
            raise TerraformError(said, "; ".join([*remedies, f"Terraform's full output is {log}"]))

    def completed(self) -> int:
        """Return how many resources were created, updated or deleted."""
        return sum(self.done[action] for action in ("create", "update", "delete"))

    def planned(self, event: Event) -> None:
        """Count a planned change or a read."""
        self.done[event["type"]] += 1
        self.step.progress(f"{self.done['refresh_start'] + self.done['planned_change']} resources")

    def started(self, event: Event) -> None:
        """Note a resource under way."""
        self.under_way[event["hook"]["resource"]["addr"]] = 0
        self.show()

    def waiting(self, event: Event) -> None:
        """Note how long a resource has been under way."""
        self.under_way[event["hook"]["resource"]["addr"]] = int(event["hook"].get("elapsed_seconds", 0))
        self.show()

    def ended(self, event: Event) -> None:
        """Count a resource that is done, or failed."""
        self.under_way.pop(event["hook"]["resource"]["addr"], None)
        if event["type"] == "apply_complete":
            self.done[event["hook"]["action"]] += 1
        self.show()

    def show(self) -> None:
        """Show how many are done, and the one that takes longest."""
        total = f"/{self.expected}" if self.expected else ""
        address, seconds = max(self.under_way.items(), key=lambda item: item[1], default=("", 0))
        longest = f"  {address}" + (f" ({seconds} s)" if seconds else "") if address else ""
        self.step.progress(f"{self.completed()}{total}{longest}")

    def diagnostic(self, event: Event) -> None:
        """Keep an error or a warning, with the blueprint's place where it is known."""
        item = event["diagnostic"]
        if item["summary"] in OF_TARGETING:
            return
        kept = self.errors if item["severity"] == "error" else self.warnings
        text = self.render(item)
        if text not in kept:
            kept.append(text)

    def render(self, item: Event) -> str:
        """Return a Terraform diagnostic: summary, where in the blueprint and in the rendered code, detail."""
        lines = [item["summary"]]
        place = item.get("range")
        if item.get("address"):
            lines.append(f"  resource: {item['address']}")
        if place:
            line = place["start"]["line"]
            origin = self.deployment.origin(line) if place["filename"] == "main.tf" else ""
            lines += [f"  set at: {origin}"] if origin else []
            lines.append(f"  in: {self.deployment.folder / place['filename']}:{line}")
        lines += [f"  {text}" for text in item.get("detail", "").splitlines() if text.strip()]
        return "\n".join(lines)


# What AWS says of a fault that is not in the blueprint, and what to do about it.
REMEDIES = {
    "scheduled for deletion": "a secret of an earlier deployment holds its name for 30 days: "
    "`aws secretsmanager delete-secret --force-delete-without-recovery --secret-id NAME` frees it, then apply again",
}
HANDLERS = {
    "refresh_start": Listener.planned,
    "planned_change": Listener.planned,
    "apply_start": Listener.started,
    "apply_progress": Listener.waiting,
    "apply_complete": Listener.ended,
    "apply_errored": Listener.ended,
    "diagnostic": Listener.diagnostic,
}
