"""What is asked of git, in the states that a working tree can be in, and what is said where git cannot tell."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from pathlib import Path

import pytest

from generator.affected import affected_since
from generator.affected.git import changes
from generator.diagnostics import UserError
from tests.affected.repository import Repository


def error_of(ref: str, folder: Path) -> str:
    """Return the error's message and remedy."""
    with pytest.raises(UserError) as caught:
        affected_since(ref, folder)
    assert caught.value.exit_code == 2
    return caught.value.render()


def test_no_repository(tmp_path: Path) -> None:
    assert "is in no git repository" in error_of("main", tmp_path)


def test_no_git(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert "no git on the PATH" in error_of("main", tmp_path)


@pytest.mark.parametrize("ref", ["nowhere", "", "--all", "-h", "main:blueprints", "HEAD~99", "a b"])
def test_unknown_ref(ref: str, repository: Repository) -> None:
    text = error_of(ref, repository.folder)
    assert f'git knows no commit "{ref}"' in text
    assert "fetch it" in text


def test_no_commit_yet(tmp_path: Path) -> None:
    other = Repository(tmp_path)
    other.git("init", "--quiet")
    assert 'git knows no commit "main"' in error_of("main", tmp_path)


def test_branch_without_a_commit(repository: Repository) -> None:
    repository.git("checkout", "--quiet", "--orphan", "empty")
    assert "there is no commit yet" in error_of("main", repository.folder)


def test_nothing_in_common(repository: Repository) -> None:
    repository.git("checkout", "--quiet", "--orphan", "other")
    repository.commit()
    text = error_of("main", repository.folder)
    assert '"main" and HEAD have no commit in common' in text
    assert "fetch-depth" not in text


def test_shallow_clone(repository: Repository, tmp_path: Path) -> None:
    """As actions/checkout leaves it: the base is not there, or has nothing in common with what is."""
    repository.add("README.md", "More.\n")
    repository.commit()
    repository.git("checkout", "--quiet", "main")
    repository.add("README.md", "Other.\n")
    repository.commit()
    repository.git("checkout", "--quiet", "work")
    url = repository.folder.resolve().as_uri()
    repository.git("clone", "--quiet", "--depth", "1", "--branch", "work", url, str(tmp_path / "shallow"))
    shallow = Repository(tmp_path / "shallow")
    assert "fetch-depth: 0" in error_of("origin/main", shallow.folder)
    shallow.git("fetch", "--quiet", "--depth", "1", "origin", "main:refs/remotes/origin/main")
    text = error_of("origin/main", shallow.folder)
    assert "no commit in common" in text
    assert "git fetch --unshallow" in text
    shallow.git("fetch", "--quiet", "--unshallow")
    assert affected_since("origin/main", shallow.folder).names() == []


def test_repository_of_another_user(repository: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")
    text = error_of("main", repository.folder)
    assert "git does not trust" in text
    assert "safe.directory" in text


def test_ref_may_be_a_tag_or_a_commit(repository: Repository) -> None:
    repository.git("tag", "--annotate", "--message", "one", "v1")
    repository.edit("blueprints/tier1.yaml", "edge_share: 0.95", "edge_share: 0.9")
    for ref in ("v1", repository.git("rev-parse", "main"), "HEAD"):
        assert affected_since(ref, repository.folder).names() == ["tier1"]


def test_project_in_a_folder_of_a_repository(repository: Repository, original: Repository) -> None:
    """Names are those of the project, and what lies beside it does not count."""
    nested = repository.path("tools/tierform")
    shutil.copytree(original.path("blueprints"), nested / "blueprints")
    repository.commit()
    repository.git("branch", "--force", "main")
    repository.edit("tools/tierform/blueprints/tier1.yaml", "edge_share: 0.95", "edge_share: 0.9")
    repository.add("tools/tierform/blueprints/site.yaml", "extends: tier2\n")
    repository.edit("blueprints/tier2.yaml", "outbound_gb: 100", "outbound_gb: 200")
    assert affected_since("main", nested).names() == ["site", "tier1"]


def test_staged_changes_and_names_of_any_kind(repository: Repository) -> None:
    name = "blueprints/ne\nw é.yaml"
    repository.add(name, "extends: tier1\nname: another-one\n")
    repository.git("add", "--all")
    found = affected_since("main", repository.folder)
    assert [effect.reasons for effect in found.effects if effect.name == "ne\nw é"] == [(f"{name}: new",)]
    repository.commit()
    repository.git("branch", "--force", "main")
    repository.edit(name, "another-one", "another-two")
    assert affected_since("main", repository.folder).names() == ["ne\nw é"]


def test_file_that_git_was_told_to_forget(repository: Repository) -> None:
    """What is on the disk counts, not what is in the index."""
    repository.git("rm", "--quiet", "--cached", "blueprints/tier1.yaml")
    assert affected_since("main", repository.folder).names() == []


def test_ignored_files_do_not_count(repository: Repository) -> None:
    repository.add(".gitignore", "*.auto.py\n")
    repository.add("policies/own.auto.py", "x = 1\n")
    assert affected_since("main", repository.folder).names() == []


def test_merge_with_conflicts(repository: Repository) -> None:
    repository.edit("blueprints/tier1.yaml", "edge_share: 0.95", "edge_share: 0.9")
    repository.commit()
    repository.git("checkout", "--quiet", "main")
    repository.edit("blueprints/tier1.yaml", "edge_share: 0.95", "edge_share: 0.8")
    repository.commit()
    repository.git("checkout", "--quiet", "work")
    with pytest.raises(subprocess.CalledProcessError):
        repository.git("merge", "main")
    effect = affected_since("main", repository.folder).effects[0]
    assert (effect.name, effect.kind) == ("tier1", "render")
    assert "not valid YAML" in effect.reasons[0]


def test_submodules_and_links_do_not_hinder(repository: Repository) -> None:
    repository.path("vendor").mkdir()
    repository.git("init", "--quiet", "vendor/other")
    Repository(repository.path("vendor/other")).commit()
    repository.path("link").symlink_to("nowhere")
    repository.commit()
    repository.git("branch", "--force", "main")
    Repository(repository.path("vendor/other")).commit()
    repository.path("link").unlink()
    assert affected_since("main", repository.folder).names() == []


def test_carriage_returns_are_no_change(repository: Repository) -> None:
    for name in (
        "modules/rds/main.tf",
        "blueprints/campus.yaml",
        "policies/log_retention.py",
        "policies/cache_users.yaml",
    ):
        path = repository.path(name)
        path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    assert affected_since("main", repository.folder).names() == []


def test_touched_files_are_no_change_and_the_index_stays(repository: Repository) -> None:
    index = repository.path(".git/index").read_bytes()
    for path in repository.path("modules").rglob("*.tf"):
        os.utime(path, (time.time() + 60, time.time() + 60))
    assert affected_since("main", repository.folder).names() == []
    assert repository.path(".git/index").read_bytes() == index


def test_settings_of_a_person_do_not_change_the_answer(repository: Repository) -> None:
    for name, value in (("diff.renames", "copies"), ("diff.external", "false"), ("color.ui", "always"),
                        ("diff.noprefix", "true"), ("core.quotePath", "true"), ("diff.relative", "false")):  # fmt: skip
        repository.git("config", name, value)
    repository.move("blueprints/tier1.yaml", "blueprints/small.yaml")
    assert affected_since("main", repository.folder).names() == ["small"]


def test_lost_objects(repository: Repository) -> None:
    repository.edit("blueprints/tier1.yaml", "edge_share: 0.95", "edge_share: 0.9")
    repository.commit()
    repository.git("branch", "--force", "main")
    repository.edit("blueprints/tier1.yaml", "edge_share: 0.9", "edge_share: 0.8")
    was = repository.git("rev-parse", "main:blueprints/tier1.yaml")
    repository.path(f".git/objects/{was[:2]}/{was[2:]}").unlink()
    assert f"git has lost the object {was}" in error_of("main", repository.folder)


def test_only_what_was_changed_is_fetched(repository: Repository) -> None:
    repository.git("update-index", "-q", "--refresh")  # files that another test touched
    repository.edit("blueprints/tier1.yaml", "edge_share: 0.95", "edge_share: 0.9")
    repository.add("notes.txt", "one\n")
    found = changes("main", repository.folder)
    assert found.changed == {"blueprints/tier1.yaml", "notes.txt"}
    assert found.before.read("notes.txt") is None
    assert found.after.read("notes.txt") == b"one\n"
