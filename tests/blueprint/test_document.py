"""YAML with positions."""

from __future__ import annotations

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from generator.blueprint.document import FLOAT, parse
from generator.diagnostics import BlueprintError, Mark


def test_each_value_knows_its_place() -> None:
    node = parse("a: 1\nb:\n  - x\n  - {c: true}\n", "f.yaml")
    inner = node.get("b")
    assert inner is not None
    assert isinstance(inner.value, list)
    assert inner.value[1].get("c").mark == Mark("f.yaml", 4, 9)  # type: ignore[union-attr]
    assert node.keys["b"] == Mark("f.yaml", 2, 1)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("yes", "yes"), ("on", "on"), ("010", "010"), ("1:30", "1:30"), ("2026-11-23", "2026-11-23"), ("0x10", "0x10"),
        ("1_000", "1_000"), (".5", ".5"), ("true", True), ("12", 12), ("-3", -3), ("1.50", 1.5), ("1e3", 1000.0),
        ("~", None), ("null", None), ("", None), ('"12"', "12"), ("'true'", "true"), ("True", "True"),
    ],
)  # fmt: skip
def test_plain_scalars_mean_what_they_look_like(text: str, value: object) -> None:
    found = parse(f"a: {text}", "f").plain()["a"]
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize(
    ("text", "place", "message"),
    [
        ("a: 1\na: 2", (2, 1), '"a" is given twice (first on line 1)'),
        ("a: [1, 2", (2, 1), "not valid YAML"),
        ("a: !!python/name:os.system x", (1, 4), "the YAML tag"),
        ("? [a]\n: 1", (1, 3), "a key must be a plain word"),
        ("a: &x [*x]", (1, 4), "an alias refers to the value that it stands in"),
        ("---\na: 1\n---\nb: 2", (3, 1), "not valid YAML"),
        ("", (1, 1), "the blueprint is empty"),
        ("a:\n\t- b", (2, 1), "not valid YAML"),
    ],
)
def test_faults_are_placed(text: str, place: tuple[int, int], message: str) -> None:
    with pytest.raises(BlueprintError) as caught:
        parse(text, "f.yaml")
    first = caught.value.diagnostics[0]
    assert (first.mark.line, first.mark.column) == place
    assert message in first.message


# PyYAML, of YAML 1.1, leaves 0E0 without quotes; in a blueprint, as in YAML 1.2, that is a number.
TEXT = st.text(st.characters(exclude_categories=["Cs"])).filter(lambda text: not FLOAT.match(text))
PLAIN = st.recursive(
    st.one_of(TEXT, st.integers(-(10**12), 10**12), st.booleans()),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text("abc", min_size=1), inner, max_size=4),
)


@given(PLAIN)
def test_what_yaml_writes_is_read_back(value: object) -> None:
    assert parse(yaml.safe_dump({"v": value}), "f").plain() == {"v": value}
