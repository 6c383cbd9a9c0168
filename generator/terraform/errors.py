"""What can go wrong around Terraform, as the user reads it."""

from __future__ import annotations

from generator.diagnostics import UserError


class TerraformError(UserError):
    """Terraform is missing, unusable, or did not do what it was asked; ends with `exit_code` 1."""

    exit_code = 1


class Interrupted(TerraformError):  # noqa: N818 - what the user did, not a fault
    """The user stopped the run, and Terraform has ended; `aborted` says that it was not given time to finish."""

    exit_code = 130

    def __init__(self, command: str, *, changing: bool, aborted: bool) -> None:
        self.aborted = aborted
        if changing and aborted:
            super().__init__(
                f"terraform {command} was aborted: what it was working on may be missing from the state",
                "run `plan`: it tells what was left behind, and what differs",
            )
        elif changing:
            super().__init__(
                f"terraform {command} was stopped: what was in flight has ended, and the state is saved",
                "run the same command again to go on",
            )
        else:
            super().__init__(f"terraform {command} was stopped: nothing was changed", "run the same command again")
