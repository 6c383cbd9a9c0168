"""Runs the commands of the runbooks as a person would type them: block by block, in one shell.

`make` and `tierform` are the project's own commands, `aws` asks the emulator. A `yaml` block is what a person writes
into the blueprint: it is merged into the file that TIER names.
"""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.conftest import PROJECT

FOLDER = PROJECT / "docs" / "runbooks"
BLOCK = re.compile(r"^( *)```([^\n`]*)\n(.*?)^\1```$", re.DOTALL | re.MULTILINE)
EMULATED = "sh"
MARK = "=== block"

# Version 1 of the AWS command line sends RDS calls for us-east-1 to AWS, unless the endpoint is an option.
PRELUDE = """
set -euo pipefail
aws() { command aws --endpoint-url "$AWS_ENDPOINT_URL" "$@"; }
tierform() { (cd "$PROJECT" && "$PYTHON" -m generator "$@"); }
make() {
  local given command=$1; shift
  for given in "$@"; do local "${given?}"; done
  tierform "$command" "$TIER" --target "$TARGET" ${IMAGE:+--image "$IMAGE"} ${ARGS:-}
}
"""
MERGE = """
import sys, yaml
def merged(old, new):
    if not (isinstance(old, dict) and isinstance(new, dict)):
        return new
    return {**old, **{key: merged(old.get(key), value) for key, value in new.items()}}
file = sys.argv[1]
with open(file) as text:
    document = yaml.safe_load(text)
with open(file, "w") as text:
    yaml.safe_dump(merged(document, yaml.safe_load(sys.stdin)), text)
"""


@dataclass(frozen=True)
class Block:
    """A fenced block: the heading above it ("" before the first), what is behind its fence, its commands, its line."""

    heading: str
    kind: str
    text: str
    line: int


def blocks(name: str) -> list[Block]:
    """Return the blocks of a runbook in their order."""
    text = (FOLDER / f"{name}.md").read_text(encoding="utf-8")
    headings = [(found.start(), found[1]) for found in re.finditer(r"^## (.+)$", text, re.MULTILINE)]
    return [
        Block(
            next((title for start, title in reversed(headings) if start < found.start()), ""),
            found[2].strip(),
            textwrap.dedent(found[3]),
            text.count("\n", 0, found.start()) + 1,
        )
        for found in BLOCK.finditer(text)
    ]


def not_run(name: str) -> list[Block]:
    """Return the blocks of commands that the emulator cannot run, or that are for the reader to adapt."""
    return [block for block in blocks(name) if block.kind.startswith("sh ")]


def run_runbook(
    name: str, environ: Mapping[str, str], variables: Mapping[str, str], sections: Sequence[str] | None = None
) -> dict[str, str]:
    """Run a runbook, or those of its sections that are named; return what each section printed, by its heading.

    `environ` leads to build folder and emulator, `variables` replace what the first block sets. Blocks of a section that
    is named twice run twice. Raises AssertionError if a command fails, with all that was printed.
    """
    first, *others = [block for block in blocks(name) if block.kind in (EMULATED, "yaml")]
    known = {block.heading for block in others}
    assert sections is None or set(sections) <= known, f"{name}: no {set(sections or ()) - known}"
    chosen = others if sections is None else [block for each in sections for block in others if block.heading == each]
    parts = [PRELUDE, _with(first.text, variables)]
    for block in chosen:
        parts += [f"echo {shlex.quote(f'{MARK} {block.line} {block.heading}')}", _commands(block)]
    done = subprocess.run(
        ["bash", "-euo", "pipefail"], input="\n".join(parts), cwd=environ["TIERFORM_BUILD"],
        env={**environ, "PROJECT": str(PROJECT), "PYTHON": sys.executable, "PATH": _path(environ)},
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, f"{name} ended with {done.returncode}:\n{done.stdout}"
    return _by_heading(done.stdout)


def _with(commands: str, variables: Mapping[str, str]) -> str:
    """Return commands that set variables, with other values."""
    for key, value in variables.items():
        found = re.compile(rf"(?<![\w]){key}=(\"[^\"]*\"|\S*)")
        assert found.search(commands), f"the first block does not set {key}"
        setting = f"{key}={shlex.quote(value)}".replace("\\", r"\\")
        commands = found.sub(setting, commands)
    return commands


def _commands(block: Block) -> str:
    if block.kind == EMULATED:
        # Read as a whole, so that a command that reads its input does not eat the rest of the script.
        return f"eval {shlex.quote(block.text)} </dev/null"
    return f'"$PYTHON" -c {shlex.quote(MERGE)} "$TIER" <<<{shlex.quote(block.text)}'


def _path(environ: Mapping[str, str]) -> str:
    return f"{Path(sys.executable).parent}:{environ['PATH']}"


def _by_heading(out: str) -> dict[str, str]:
    printed: dict[str, str] = {}
    for part in out.split(f"{MARK} ")[1:]:
        head, _, rest = part.partition("\n")
        heading = head.partition(" ")[2]
        printed[heading] = printed.get(heading, "") + rest
    return printed
