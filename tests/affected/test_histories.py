"""What a change affects, on scripted histories of a real repository, before and after it is committed.

Each answer is held against the truth, too: both states rendered, and what Terraform reads of them compared.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from generator.affected import Kind, affected_since
from generator.blueprint.load import load_blueprint, locate
from generator.catalog import load_catalog
from generator.compose import compose
from generator.render import render
from tests.affected.histories import HISTORIES, History
from tests.affected.repository import Repository

RENDERED = (Kind.RENDER, Kind.ADDED, Kind.REMOVED)


@pytest.mark.parametrize("history", HISTORIES, ids=lambda history: history.name)
def test_history(history: History, repository: Repository, original: Repository, cache: Path) -> None:
    history.change(repository)
    dirty = affected_since("main", repository.folder)
    assert {effect.name: (effect.kind, effect.reasons) for effect in dirty.effects} == history.expected

    repository.commit()
    assert affected_since("main", repository.folder) == dirty
    assert dirty.base == repository.git("rev-parse", "main")

    if history.loads:
        for effect in dirty.effects:
            differs = _read(repository.folder, effect.name, cache) != _read(original.folder, effect.name, cache)
            assert differs == (effect.kind in RENDERED), effect.name


def test_there_are_enough() -> None:
    assert len({history.name for history in HISTORIES}) == len(HISTORIES) >= 20


def test_the_other_branch_does_not_count(repository: Repository) -> None:
    """What was changed on `main` since is not this branch's change."""
    repository.edit("blueprints/tier2.yaml", "outbound_gb: 100", "outbound_gb: 200")
    repository.commit()
    repository.git("checkout", "--quiet", "main")
    repository.edit("blueprints/tier1.yaml", "edge_share: 0.95", "edge_share: 0.9")
    repository.commit()
    repository.git("checkout", "--quiet", "work")
    found = affected_since("main", repository.folder)
    assert found.names() == ["tier2"]
    assert found.base == repository.git("merge-base", "main", "HEAD") != repository.git("rev-parse", "main")


def test_a_change_and_its_reversal_are_none(repository: Repository) -> None:
    """What was committed and taken back in the working tree is not there."""
    repository.edit("blueprints/tier1.yaml", "edge_share: 0.95", "edge_share: 0.9")
    repository.commit()
    assert affected_since("main", repository.folder).names() == ["tier1"]
    repository.edit("blueprints/tier1.yaml", "edge_share: 0.9", "edge_share: 0.95")
    assert affected_since("main", repository.folder).names() == []


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory, original: Repository) -> Callable[[], Path]:
    """Return the cache of the catalog of the original's modules."""
    file = tmp_path_factory.mktemp("cache") / "catalog.json"
    load_catalog(original.folder / "modules", file)
    return file


def _read(folder: Path, name: str, cache: Path) -> Any:
    """Return what Terraform reads of a rendered blueprint; None if there is no such blueprint."""
    library = folder / "blueprints"
    if not (library / f"{name}.yaml").is_file():
        return None
    own = cache.with_name("own.json")  # changed modules must not push the others out
    own.write_bytes(cache.read_bytes())
    catalog = load_catalog(folder / "modules", own)
    files = render(compose(load_blueprint(locate(name, library), library), catalog), catalog)
    modules: dict[str, list[str]] = {}
    for path, content in files.items():
        if path.startswith("modules/") and path.endswith(".tf"):
            modules.setdefault(path.rpartition("/")[0], []).extend(_blocks(content.decode()))
    rest = {path: content for path, content in files.items() if not (path.startswith("modules/") and "/tests/" in path)}
    return (
        {path: content for path, content in rest.items() if not path.endswith(".tf") or "/" not in path},
        {path: sorted(blocks) for path, blocks in modules.items()},
    )


@functools.cache
def _blocks(text: str) -> list[str]:
    import hcl2  # noqa: PLC0415 - Terraform's grammar by another reader than ours

    parsed = hcl2.loads(text, serialization_options=hcl2.SerializationOptions(with_comments=False))
    return [repr((kind, block)) for kind, blocks in parsed.items() for block in blocks]
