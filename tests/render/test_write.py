"""Putting a root module in its folder: all or nothing, nothing of the user's lost."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from generator.diagnostics import UserError
from generator.render.write import GUARD, compare, write

OLD = {f"{name}.tf": f"# old {name}\n".encode() for name in "abcdef"} | {"modules/m/main.tf": b"# old\n"}
NEW = {f"{name}.tf": f"# new {name}\n".encode() for name in "bcdefg"} | {"modules/n/main.tf": b"# new\n"}


def content(folder: Path) -> dict[str, bytes]:
    """Return the generated and the user's files, without what tierform keeps for itself."""
    files = (file for file in folder.rglob("*") if file.is_file())
    found = {file.relative_to(folder).as_posix(): file.read_bytes() for file in files}
    return {name: data for name, data in found.items() if not name.startswith(".tierform/")}


def test_a_folder_becomes_what_was_rendered(tmp_path: Path) -> None:
    write(tmp_path, OLD, {})
    difference = write(tmp_path, NEW, {})
    assert content(tmp_path) == NEW
    assert difference.added == ("g.tf", "modules/n/main.tf")
    assert difference.removed == ("a.tf", "modules/m/main.tf")
    assert not (tmp_path / "modules" / "m").exists()


def test_rendering_again_touches_no_file(tmp_path: Path) -> None:
    write(tmp_path, OLD, {"a": 1})
    before = {file: file.stat().st_mtime_ns for file in tmp_path.rglob("*") if file.is_file() and file.name != "lock"}
    assert not write(tmp_path, OLD, {"a": 1}).stale()
    after = {file: file.stat().st_mtime_ns for file in tmp_path.rglob("*") if file.is_file() and file.name != "lock"}
    assert after == before


def test_files_of_the_user_stay_and_are_named(tmp_path: Path) -> None:
    write(tmp_path, OLD, {})
    (tmp_path / "mine.tf").write_text("# mine\n")
    (tmp_path / "terraform.tfstate").write_text("{}")
    difference = write(tmp_path, NEW, {})
    assert difference.foreign == ("mine.tf",)
    assert content(tmp_path) == NEW | {"mine.tf": b"# mine\n", "terraform.tfstate": b"{}"}


def test_a_hand_edit_stops_the_render_and_nothing_is_touched(tmp_path: Path) -> None:
    write(tmp_path, OLD, {})
    (tmp_path / "b.tf").write_text("# by hand\n")
    with pytest.raises(UserError, match=r"edited by hand, though generated: .*b\.tf"):
        write(tmp_path, NEW, {})
    assert content(tmp_path) == OLD | {"b.tf": b"# by hand\n"}


def test_overwriting_keeps_the_hand_edit_beside_it(tmp_path: Path) -> None:
    write(tmp_path, OLD, {})
    (tmp_path / "b.tf").write_text("# by hand\n")
    write(tmp_path, NEW, {}, overwrite=True)
    assert content(tmp_path) == NEW | {"b.tf.edited": b"# by hand\n"}


def test_a_file_in_the_way_that_tierform_never_wrote_is_not_lost(tmp_path: Path) -> None:
    (tmp_path / "a.tf").write_text("# theirs\n")
    with pytest.raises(UserError, match="edited by hand"):
        write(tmp_path, OLD, {})
    assert content(tmp_path) == {"a.tf": b"# theirs\n"}


def test_a_deleted_file_comes_back(tmp_path: Path) -> None:
    write(tmp_path, OLD, {})
    (tmp_path / "c.tf").unlink()
    assert write(tmp_path, OLD, {}).added == ("c.tf",)


KILLED = """
    import os, signal, sys
    from pathlib import Path
    from generator.render import write
    from tests.render.test_write import NEW
    left = int(sys.argv[2])
    real = os.replace
    def replace(*arguments):
        global left
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        left -= 1
        real(*arguments)
    os.replace = replace
    write(Path(sys.argv[1]), NEW, {})
"""


@pytest.mark.parametrize("moves", range(10))
def test_kill_9_at_any_move_leaves_old_new_or_a_folder_that_terraform_refuses(tmp_path: Path, moves: int) -> None:
    write(tmp_path, OLD, {})
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(KILLED), str(tmp_path), str(moves)],
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
        check=False,
    )
    assert done.returncode in (0, -signal.SIGKILL)
    found = content(tmp_path)
    guarded = GUARD in found
    if not guarded:
        assert found in (OLD, NEW)
    if guarded:
        planned = subprocess.run(["terraform", f"-chdir={tmp_path}", "validate"], capture_output=True, check=False)
        assert planned.returncode != 0
        assert compare(tmp_path, NEW).interrupted
    write(tmp_path, OLD | {"a.tf": b"# changed since\n"}, {})
    assert content(tmp_path) == OLD | {"a.tf": b"# changed since\n"}


def test_two_blueprints_of_one_name_do_not_share_a_folder(tmp_path: Path) -> None:
    (tmp_path / "one.yaml").touch()
    write(tmp_path / "out", OLD, {}, blueprint=str(tmp_path / "one.yaml"))
    with pytest.raises(UserError, match=r"is the folder of .*one\.yaml"):
        write(tmp_path / "out", NEW, {}, blueprint="other/one.yaml")
    (tmp_path / "one.yaml").unlink()
    write(tmp_path / "out", NEW, {}, blueprint="other/one.yaml")
