"""`tierform affected` by the real command, in a repository that holds the project."""

from __future__ import annotations

import json
import os
import subprocess
import sys

from tests.affected.repository import Repository


def run(repository: Repository, *arguments: str) -> subprocess.CompletedProcess[str]:
    environ = {**os.environ, "PYTHONPATH": str(repository.folder), "COLUMNS": "100"}
    command = [sys.executable, "-m", "generator", "affected", *arguments]
    return subprocess.run(command, cwd=repository.folder, env=environ, capture_output=True, text=True, check=False)


def test_names_reasons_and_document_of_a_change(repository: Repository) -> None:
    repository.add("modules/waf/main.tf", '\nlocals {\n  more = "more"\n}\n')
    repository.commit()
    assert run(repository, "--base", "main").stdout == "tier2\n"
    table = run(repository, "--base", "main", "--format", "table").stdout
    assert "modules/waf/main.tf: locals" in table
    document = json.loads(run(repository, "--base", "main", "--format", "json").stdout)
    assert document["affected"] == ["tier2"]
    assert {item["name"]: item["kind"] for item in document["blueprints"]} == {"tier1": "none", "tier2": "render"}


def test_nothing_is_printed_where_nothing_is_affected(repository: Repository) -> None:
    repository.add("README.md", "More.\n")
    done = run(repository, "--base", "main")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_an_unknown_commit_is_one_message(repository: Repository) -> None:
    done = run(repository, "--base", "nowhere")
    assert done.returncode == 2
    assert done.stderr.startswith('error: git knows no commit "nowhere"\n  remedy: ')
    assert "Traceback" not in done.stderr
