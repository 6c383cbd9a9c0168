"""The terminal: steps with their times, one moving status line, warnings, bold for what is lost."""

from __future__ import annotations

import shutil
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import click

WIDTH = 13  # of a step's name


class Step:
    """A step under way; set `note` to what there is to say of it when it ends."""

    def __init__(self, console: Console, name: str) -> None:
        self.console = console
        self.name = name
        self.note = ""
        self.started = time.monotonic()
        self.spoke = self.started

    def progress(self, text: str) -> None:
        """Show how far the step is: at once on a terminal, every 15 seconds elsewhere."""
        self.console.status(f"  {self.name:<{WIDTH}} {text}")
        if not self.console.moving and time.monotonic() - self.spoke >= 15:
            self.spoke = time.monotonic()
            self.console.line(f"  {self.name:<{WIDTH}} {text}")


class Console:
    """Prints what people read to standard output; diagnostics and warnings go to standard error.

    With `aside` all goes there: standard output is for a document, then.
    """

    def __init__(self, *, verbose: bool = False, aside: bool = False) -> None:
        self.verbose = verbose
        self.aside = aside
        self.stream = sys.stderr if aside else sys.stdout
        self.moving = self.stream.isatty() and not verbose
        self.shown = False

    @contextmanager
    def step(self, name: str) -> Iterator[Step]:
        """Run a step: its progress while it works, its time and note when it ends."""
        step = Step(self, name)
        step.progress("…")
        try:
            yield step
        except BaseException:
            self.clear()
            raise
        self.clear()
        self.line(f"  {name:<{WIDTH}} {time.monotonic() - step.started:6.1f} s  {step.note}".rstrip())

    def status(self, text: str) -> None:
        """Show `text` on the moving line, if there is one."""
        if self.moving:
            width = shutil.get_terminal_size().columns - 1
            self.stream.write(f"\r\x1b[2K{text[:width]}")
            self.stream.flush()
            self.shown = True

    def clear(self) -> None:
        """Take the moving line away."""
        if self.shown:
            self.stream.write("\r\x1b[2K")
            self.shown = False

    def line(self, text: str = "", *, bold: bool = False) -> None:
        """Print a line."""
        self.clear()
        click.secho(text, bold=bold or None, err=self.aside)

    def warn(self, text: str) -> None:
        """Print a warning."""
        self.clear()
        click.secho(f"warning: {text}", fg="yellow", err=True)

    def error(self, text: str) -> None:
        """Print an error as it was rendered."""
        self.clear()
        click.secho(text, err=True)
