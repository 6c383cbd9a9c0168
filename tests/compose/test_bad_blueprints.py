"""A folder of bad blueprints, each with the exact message that the command prints kept beside it.

After a deliberate change of messages: `python -m tests.compose.test_bad_blueprints` writes the expected ones anew.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conftest import PROJECT, Ran, Tierform

FOLDER = PROJECT / "tests" / "bad_blueprints"
BLUEPRINTS = sorted(FOLDER.glob("*.yaml"))


def render(blueprint: Path, tierform: Tierform) -> Ran:
    return tierform("render", str(blueprint.relative_to(PROJECT)))


def test_there_are_at_least_25_distinct_faults() -> None:
    messages = {file.with_suffix(".txt").read_text() for file in BLUEPRINTS}
    assert len(messages) == len(BLUEPRINTS) >= 25


@pytest.mark.parametrize("blueprint", BLUEPRINTS, ids=lambda file: file.stem)
def test_a_bad_blueprint_gives_its_message_and_touches_no_file(blueprint: Path, tmp_path: Path, catalog: Path) -> None:
    ran = render(blueprint, Tierform(tmp_path / "build", catalog))
    assert ran.err == blueprint.with_suffix(".txt").read_text(), "run `python -m tests.compose.test_bad_blueprints`"
    assert ran.code == 2
    assert "Traceback" not in ran.err
    assert f"tests/bad_blueprints/{blueprint.name}:" in ran.err
    assert not [file for file in (tmp_path / "build").rglob("*") if file.is_file() and file.name != "catalog.json"]


def update(build: Path) -> None:
    """Write what the command prints now beside each bad blueprint."""
    for blueprint in BLUEPRINTS:
        blueprint.with_suffix(".txt").write_text(render(blueprint, Tierform(build)).err)


if __name__ == "__main__":
    update(PROJECT / "build")
