"""Runs the commands of a runbook: its sh blocks in their order, in one shell, as a person would type them."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import textwrap
from pathlib import Path

from tests.conftest import PROJECT

FOLDER = PROJECT / "docs" / "runbooks"
BLOCK = re.compile(r"^( *)```sh([^\n]*)\n(.*?)^ *```$", re.DOTALL | re.MULTILINE)


def blocks(name: str) -> list[tuple[str, str]]:
    """Return (note behind `sh`, commands) of each block of a runbook."""
    text = (FOLDER / name).read_text()
    return [(note.strip(), textwrap.dedent(body)) for _, note, body in BLOCK.findall(text)]


def run(name: str, environ: dict[str, str], folder: Path, **names: str) -> str:
    """Run a runbook in `folder`, with other names than those of its first block; return what it printed.

    `make` and `tierform` are the project's own. Fails with the output if a command does.
    """
    first, *others = [body for note, body in blocks(name) if not note]
    settings = [f"{key}={value}" for key, value in names.items()]
    script = "\n".join(["set -euo pipefail", first, *settings, *others])
    tools = folder / "bin"
    tools.mkdir(exist_ok=True)
    stamp = tools / "ready"  # the environment is set up: it is the one that runs this
    stamp.touch()
    tierform = f"{sys.executable} -m generator"
    make = f"make --no-print-directory -f '{PROJECT}/Makefile' -o '{stamp}' STAMP='{stamp}' TIERFORM='{tierform}'"
    for tool, command in {
        "tierform": tierform,
        "make": make.replace("make", shutil.which("make") or "make", 1),
    }.items():
        (tools / tool).write_text(f'#!/bin/sh\nexec {command} "$@"\n')
        (tools / tool).chmod(0o755)
    path = f"{tools}:{Path(sys.executable).parent}:{environ['PATH']}"
    done = subprocess.run(
        ["bash", "-c", script], cwd=folder, env={**environ, "PATH": path}, stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, f"{name} ended with {done.returncode}:\n{done.stdout}"
    return done.stdout
