"""Run Terraform commands: short ones captured, long ones streamed as the events of `-json`.

The environment goes to Terraform as it is, but for four things: it must not ask questions or call home; a
TF_CLI_CONFIG_FILE that does not exist is left out (Terraform would warn at each call); TF_CLI_ARGS* are left out,
because flags that tierform does not know of (-target, -out, -destroy) would make Terraform do other than what is shown;
and Go collects garbage less often, unless GOGC is set: that takes a fifth off the processor time of a plan.
TF_LOG and its like are the user's choice and stay: what they print goes to the log, which only the owner can read.
"""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from generator.terraform.errors import Interrupted, TerraformError
from generator.terraform.locate import Binary
from generator.terraform.marker import CHANGING, Marker, marker_of
from generator.terraform.mirror import CONFIG_SETTINGS
from generator.terraform.process import Ended, open_log, run

Event = dict[str, Any]
Flag = str | int | bool | Path | list[str] | Mapping[str, Any] | None

GOGC = "400"

_COLOURS = re.compile(r"\x1b\[[0-9;]*m")


@dataclass(frozen=True, slots=True)
class Result:
    """What a captured command said: exit code, standard output and standard error as bytes."""

    code: int
    stdout: bytes
    stderr: bytes

    def checked(self) -> bytes:
        """Return the standard output; raises TerraformError with what Terraform said if it failed."""
        if self.code:
            said = _COLOURS.sub("", (self.stderr or self.stdout).decode(errors="replace")).strip()
            raise TerraformError(said or f"terraform ended with {self.code} and said nothing")
        return self.stdout

    def json(self) -> Any:
        """Return the standard output as JSON; raises TerraformError as `checked`."""
        return json.loads(self.checked())


class Terraform:
    """Terraform in one root module.

    `environ` is the whole environment for it, TF_WORKSPACE included; `log` gets the output of streamed commands.
    """

    def __init__(self, binary: Binary, folder: Path, environ: Mapping[str, str], log: Path) -> None:
        self.binary = binary
        self.folder = folder.absolute()
        self.environ = child_environment(environ)
        self.log = log.absolute()

    @property
    def workspace(self) -> str:
        """Return the name of the workspace that holds the state."""
        return self.environ.get("TF_WORKSPACE") or "default"

    @property
    def data(self) -> Path:
        """Return the folder of what `init` has installed."""
        return self.folder / (self.environ.get("TF_DATA_DIR") or ".terraform")

    def capture(self, command: str, *arguments: str, **flags: Flag) -> Result:
        """Run a short command that needs no log (`show`, `output`, `state list`, `version`); see `command_line`.

        Raises TerraformError if Terraform cannot be started.
        """
        with self.command_line(command, *arguments, **flags) as line:
            try:
                done = subprocess.run(
                    line, cwd=self.folder, env=self.environ, stdin=subprocess.DEVNULL, capture_output=True, check=False
                )
            except OSError as error:
                raise _no_start(line[0], error) from None
        return Result(done.returncode, done.stdout, done.stderr)

    def stream(
        self,
        command: str,
        *arguments: str,
        on_event: Callable[[Event | str], None],
        variables: Mapping[str, str] | None = None,
        **flags: Flag,
    ) -> int:
        """Run a long command with `-json` and return its exit code.

        `on_event` gets each event as it comes, and what is no event as text. `variables` are added to the environment.
        Raises Interrupted if SIGINT or SIGTERM came meanwhile, after Terraform has ended; TerraformError if Terraform
        cannot be started or is at work in this folder already.
        """
        try:
            with self.command_line(command, *arguments, json=True, **flags) as line:
                ended = self._run(command, line, variables or {}, lambda text: on_event(parse(text)))
        except OSError as error:
            problem = f"{error.strerror}: {error.filename or self.folder}"
            raise TerraformError(problem, "check the folder's permissions and the free space") from None
        return _outcome(command, ended)

    def _run(
        self, command: str, line: list[str], variables: Mapping[str, str], on_line: Callable[[str], None]
    ) -> Ended:
        marker = marker_of(self.folder, self.workspace) if command in CHANGING else None
        output = open_log(self.log, keep=any(self.folder.glob(marker_of(Path(), "*").as_posix())))
        with output, Marker(marker, command, self.log, os.fstat(output.fileno()).st_size) as record:
            ended = run(
                line,
                folder=self.folder,
                environ={**self.environ, **variables},
                log=self.log,
                output=output,
                on_line=on_line,
                on_start=record.started,
            )
            record.orderly = ended.code >= 0 and ended.stops <= 1
        return ended

    @contextmanager
    def command_line(self, command: str, *arguments: str, **flags: Flag) -> Iterator[list[str]]:
        """Give the command line for a command, its arguments and its flags (`detailed_exitcode=True`, `out=path`).

        A flag that is None is left out, a list repeats it, `var={...}` goes through a file that only the owner can
        read and that is removed afterwards.
        """
        from python_terraform import Terraform as Generator  # noqa: PLC0415 - imported when a command is run

        # `state` names nothing: the generator would otherwise read a state file that it finds in the folder.
        generator = Generator(terraform_bin_path=str(self.binary.path), state=f"{os.devnull}/none")
        options = {name: dict(value) if isinstance(value, Mapping) else value for name, value in flags.items()}
        try:
            yield [str(word) for word in generator.generate_cmd_string(command, *arguments, **options)]
        finally:
            generator.temp_var_files.clean_up()


def child_environment(environ: Mapping[str, str]) -> dict[str, str]:
    """Return the environment for Terraform; see the top of this module for what changes."""
    kept = {name: value for name, value in environ.items() if not _ignored(name)}
    for name in CONFIG_SETTINGS:
        if name in kept and not Path(kept[name]).is_file():
            del kept[name]
    return {"GOGC": GOGC, **kept, "TF_IN_AUTOMATION": "1", "TF_INPUT": "0", "CHECKPOINT_DISABLE": "1"}


def ignored_settings(environ: Mapping[str, str]) -> list[str]:
    """Return the names of the user's settings that do not reach Terraform, for a warning."""
    return sorted(name for name in environ if _ignored(name))


def parse(line: str) -> Event | str:
    """Return a line of Terraform's output as the event it is, or as text without colours."""
    if line.startswith("{"):
        try:
            event = json.loads(line)
        except ValueError:
            return _COLOURS.sub("", line)
        if isinstance(event, dict) and "@level" in event:
            return event
    return _COLOURS.sub("", line)


def _ignored(name: str) -> bool:
    return name == "TF_CLI_ARGS" or name.startswith("TF_CLI_ARGS_")


def _outcome(command: str, ended: Ended) -> int:
    if ended.stops:
        raise Interrupted(command, changing=command in CHANGING, aborted=ended.stops > 1 or ended.code < 0)
    if ended.code < 0:
        name = signal.strsignal(-ended.code) or f"signal {-ended.code}"
        raise TerraformError(f"terraform {command} was killed from outside: {name}", "run `plan` to see what differs")
    if ended.failure:
        raise ended.failure
    return ended.code


def _no_start(program: str, error: OSError) -> TerraformError:
    return TerraformError(f"{program} does not start: {error.strerror}", "check the Terraform binary")
