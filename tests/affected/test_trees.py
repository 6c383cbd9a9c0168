"""The comparison itself, on trees in memory, and what it takes from the project."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from generator.affected import Files, Kind, affected, as_json, names, rendered
from generator.affected.blueprints import Library
from generator.affected.others import reach
from generator.affected.tree import Disk, Former
from generator.blueprint.merge import available, load_chain
from generator.workflow.plans import tiers

PROJECT = Path(__file__).parents[2]
BASE = b"name: shop\nregion: eu-west-1\ncomponents:\n  web: {module: app, inputs: {size: 1}}\n"
TREE = {
    "blueprints/base.yaml": BASE,
    "blueprints/big.yaml": b"extends: base\ncomponents:\n  web: {inputs: {size: 2}}\n",
    "modules/app/main.tf": b'variable "size" {}\n',
}


def between(tree: dict[str, bytes], changes: dict[str, bytes | None]) -> dict[str, tuple[Kind, tuple[str, ...]]]:
    """Return the effects of changes of a tree; None removes a file."""
    after = {path: content for path, content in (tree | changes).items() if content is not None}
    return {effect.name: (effect.kind, effect.reasons) for effect in affected(Files(tree), Files(after)).effects}


def test_only_blueprints_that_no_other_extends() -> None:
    assert between(TREE, {}) == {"big": (Kind.NONE, ())}


def test_the_whole_trees_are_compared_if_nothing_says_what_changed() -> None:
    found = between(TREE, {"modules/app/main.tf": b'variable "size" { default = 3 }\n'})
    assert found == {"big": (Kind.RENDER, ("modules/app/main.tf: variable size",))}


def test_a_base_that_nobody_extends_any_more_is_added() -> None:
    found = between(TREE, {"blueprints/big.yaml": None})
    assert found == {
        "base": (Kind.ADDED, ("blueprints/base.yaml: no other blueprint extends it any more",)),
        "big": (Kind.REMOVED, ("blueprints/big.yaml: removed",)),
    }


def test_a_base_whose_only_heir_cannot_be_read_is_still_a_base() -> None:
    broken = between(TREE, {"blueprints/big.yaml": b"- a list\n"})
    assert broken == {"big": (Kind.RENDER, ("blueprints/big.yaml: a blueprint is a map, not a list",))}
    mended = between(
        TREE | {"blueprints/big.yaml": b"- a list\n"}, {"blueprints/big.yaml": TREE["blueprints/big.yaml"]}
    )
    assert mended == {"big": (Kind.RENDER, ("blueprints/big.yaml: did not load before",))}


def test_a_blueprint_that_never_loaded_is_affected_only_by_its_own_files() -> None:
    tree = TREE | {"blueprints/big.yaml": b"extends: base\nnonsense: 1\n"}
    assert between(tree, {"notes.txt": b"x"}) == {"big": (Kind.NONE, ())}
    error = 'blueprints/big.yaml:2:1: a blueprint has no key "nonsense"'
    assert between(tree, {"blueprints/base.yaml": BASE + b"# more\n"}) == {"big": (Kind.RENDER, (error,))}


@pytest.mark.parametrize(
    ("content", "error"),
    [
        (b"\xff\xfe", "blueprints/big.yaml: is not UTF-8 text"),
        (b"extends: big\n", "blueprints/big.yaml: blueprints extend one another in a circle"),
        (b"extends: [base]\n", "blueprints/big.yaml: `extends` names one blueprint, not a list"),
        (b"", "blueprints/big.yaml:1:1: the blueprint is empty"),
        (b"extends: base\nx: 1\ny: 2\n", 'blueprints/big.yaml:2:1: a blueprint has no key "x" (and 1 more faults)'),
    ],
)
def test_why_a_blueprint_does_not_load(content: bytes, error: str) -> None:
    assert between(TREE, {"blueprints/big.yaml": content})["big"] == (Kind.RENDER, (error,))


def test_a_base_outside_of_the_library() -> None:
    tree = {"shared/base.yaml": BASE, **TREE, "blueprints/big.yaml": b"extends: ../shared/base\n"}
    del tree["blueprints/base.yaml"]
    found = between(tree, {"shared/base.yaml": BASE.replace(b"size: 1", b"size: 3")})
    assert found == {"big": (Kind.RENDER, ("shared/base.yaml: components.web.inputs.size",))}


def test_null_is_left_out_of_inputs_but_is_a_default() -> None:
    def with_variables(text: str) -> bytes:
        return BASE + f"variables:\n  a: {{{text}}}\n".encode()

    tree = {**TREE, "blueprints/base.yaml": with_variables("type: string")}
    found = between(tree, {"blueprints/base.yaml": with_variables("type: string, default: null")})
    assert found == {"big": (Kind.RENDER, ("blueprints/base.yaml: variables.a",))}
    inputs = TREE["blueprints/big.yaml"].replace(b"size: 2", b"size: 2, more: null")
    assert between(TREE, {"blueprints/big.yaml": inputs})["big"][0] is Kind.NONE


def test_moved_from_is_rendered() -> None:
    text = TREE["blueprints/big.yaml"].replace(b"{inputs", b"{moved_from: app, inputs")
    found = between(TREE, {"blueprints/big.yaml": text})
    assert found == {"big": (Kind.RENDER, ("blueprints/big.yaml: components.web.moved_from",))}


def test_many_reasons_are_counted() -> None:
    inputs = b"{size: 3, a: 1, b: 2, c: 3, d: 4}"
    found = between(TREE, {"blueprints/big.yaml": b"extends: base\ncomponents:\n  web: {inputs: " + inputs + b"}\n"})
    named = ", ".join(f"components.web.inputs.{name}" for name in ("size", "a", "b"))
    assert found == {"big": (Kind.RENDER, (f"blueprints/big.yaml: {named} and 2 more",))}
    policies = {f"policies/p{number}.py": b"x = 1\n" for number in range(5)}
    told = "policies/p0.py, policies/p1.py, policies/p2.py and others: the policies"
    assert between(TREE, dict(policies)) == {"big": (Kind.JUDGE, (told,))}


def test_files_that_cannot_be_parsed_are_compared_as_they_are() -> None:
    tree = {**TREE, "policies/a.py": b"def (", "policies/b.yaml": b"{"}
    assert between(tree, {"policies/a.py": b"def (\r\n"})["big"][0] is Kind.JUDGE
    assert between(tree, {"policies/b.yaml": b"{ # one"})["big"][0] is Kind.JUDGE


def test_an_override_file_counts_where_it_stands() -> None:
    tree = {**TREE, "modules/app/override.tf": b"a {\n}\n"}
    found = between(tree, {"modules/app/override.tf": None, "modules/app/other.tf": b"a {\n}\n"})
    assert found["big"] == (Kind.RENDER, ("modules/app/other.tf: a", "modules/app/override.tf: removed"))


def test_the_forms_of_the_answer() -> None:
    found = affected(Files(TREE), Files({**TREE, "blueprints/small.yaml": b"extends: base\n"}))
    assert names(found) == "small"
    assert rendered(found) == "big    not affected\nsmall  added\n         blueprints/small.yaml: new"
    assert json.loads(as_json(found)) == {
        "base": "",
        "affected": ["small"],
        "blueprints": [
            {"name": "big", "kind": "none", "reasons": []},
            {"name": "small", "kind": "added", "reasons": ["blueprints/small.yaml: new"]},
        ],
    }
    assert rendered(affected(Files({}), Files({}))) == "there are no blueprints"


def test_trees(tmp_path: Path) -> None:
    for name in ("a/b.tf", "a/.terraform/c.tf", "a/d/e.tf"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(name.encode())
    disk = Disk(tmp_path)
    assert disk.under("a") == ["a/b.tf", "a/d/e.tf"]
    assert disk.under("nowhere") == []
    assert disk.read("a/b.tf") == b"a/b.tf"
    assert disk.read("a") is None
    former = Former(disk, {"a/b.tf": None, "a/old.tf": b"old", "a/.x/y.tf": b"hidden", "b/z.tf": b"elsewhere"})
    assert former.under("a") == ["a/d/e.tf", "a/old.tf"]
    assert (former.read("a/b.tf"), former.read("a/old.tf"), former.read("a/d/e.tf")) == (None, b"old", b"a/d/e.tf")


def test_chains_are_those_of_the_renderer(monkeypatch: pytest.MonkeyPatch) -> None:
    """Blueprints are found and extended here as `generator.blueprint` does it."""
    from generator.project import find_project  # noqa: PLC0415

    monkeypatch.chdir(PROJECT)
    project = find_project()
    library = Library(Disk(PROJECT))
    assert sorted(library.files) == available([project.blueprints])
    assert sorted(library.tiers()) == tiers(project)
    for name, file in library.files.items():
        _, files = load_chain(PROJECT / file, project.blueprints)
        chain = tuple(path.resolve().relative_to(PROJECT).as_posix() for path in files)
        assert library.load(name).files == chain or name not in library.tiers()


def test_all_that_rendering_imports_is_known_to_render() -> None:
    """A part of the generator that rendering comes to need must be listed."""
    code = (
        "import sys; import generator.compose, generator.render, generator.blueprint, generator.catalog\n"
        "print(*(m.__file__ for n, m in sys.modules.items() if n.split('.')[0] == 'generator'), sep='\\n')"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=PROJECT, capture_output=True, text=True, check=True)
    paths = [Path(line).relative_to(PROJECT).as_posix() for line in done.stdout.split()]
    assert "generator/render/root.py" in paths
    assert [path for path in paths if reach(path)[0] is not Kind.RENDER] == []


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("generator/emulator/README.md", Kind.NONE),
        ("generator/emulator/server.py", Kind.JUDGE),
        ("generator/render/root.py", Kind.RENDER),
        ("generator/rendering.py", Kind.JUDGE),
        ("generator/prices/book.json", Kind.PRICE),
        ("requirements.lock.txt", Kind.NONE),
        ("modules/rds/main.tf", Kind.NONE),  # told with the module
        ("policies/sub/a.py", Kind.JUDGE),
    ],
)
def test_how_far_files_reach(path: str, kind: Kind) -> None:
    assert reach(path)[0] is kind
