"""`extends`: blueprints laid over one another."""

from __future__ import annotations

from pathlib import Path

import pytest

from generator.blueprint.document import parse
from generator.blueprint.merge import load_chain, merge
from generator.diagnostics import BlueprintError


def laid(base: str, over: str) -> object:
    return merge(parse(base, "base"), parse(over, "over")).plain()


def test_maps_are_merged_and_all_else_replaced() -> None:
    assert laid("a: {x: 1, y: [1, 2]}\nb: 2", "a: {y: [3], z: 4}") == {"a": {"x": 1, "y": [3], "z": 4}, "b": 2}


def test_null_takes_away() -> None:
    assert laid("a: {x: 1, y: 2}", "a: {x: null}") == {"a": {"y": 2}}


def test_a_value_remembers_what_it_replaced() -> None:
    node = merge(parse("a: {x: 1}", "base"), parse("a:\n  x: 2", "over")).get("a").get("x")  # type: ignore[union-attr]
    assert node is not None
    assert (node.mark.file, node.mark.line) == ("over", 2)
    assert node.overrides is not None
    assert node.overrides.mark.file == "base"


def test_a_chain_is_found_beside_the_file_and_in_the_library(tmp_path: Path) -> None:
    library = tmp_path / "library"
    library.mkdir()
    (library / "campus.yaml").write_text("name: a\nregion: r")
    (library / "tier.yaml").write_text("extends: campus\nregion: s")
    own = tmp_path / "own.yaml"
    own.write_text("extends: tier\nname: b")
    node, files = load_chain(own, library)
    assert [file.name for file in files] == ["own.yaml", "tier.yaml", "campus.yaml"]
    assert node.plain() == {"name": "b", "region": "s", "extends": "tier"}


def test_a_circle_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("extends: b")
    (tmp_path / "b.yaml").write_text("extends: a")
    with pytest.raises(BlueprintError, match=r"in a circle: a\.yaml -> b\.yaml -> a\.yaml"):
        load_chain(tmp_path / "a.yaml", tmp_path)
