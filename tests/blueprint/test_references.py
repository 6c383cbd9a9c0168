"""References in strings."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generator.blueprint.references import Reference, ReferenceSyntaxError, Template, parse


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("${web.arn}", (Reference("web", ("arn",)),)),
        ("${ var.x }", (Reference("var", ("x",)),)),
        ("a ${web.arns[0]} b", ("a ", Reference("web", ("arns", 0), 2), " b")),
        ('${s3.names["my-key"]}', (Reference("s3", ("names", "my-key")),)),
        ("${s3.names.my-key}", (Reference("s3", ("names", "my-key")),)),
        ("$${x}${a.b}", ("${x}", Reference("a", ("b",), 5))),
    ],
)
def test_references_are_found(text: str, parts: tuple[object, ...]) -> None:
    assert parse(text) == Template(parts)  # type: ignore[arg-type]


@pytest.mark.parametrize("text", ["", "plain", "$", "$x", "{x}", "%{if}", "$$", "100 %"])
def test_plain_strings_stay(text: str) -> None:
    assert parse(text) == text


@pytest.mark.parametrize(
    ("text", "offset"), [("${", 0), ("ab${}", 2), ("${1x.y}", 0), ("${a.b + 1}", 0), ("x ${f(1)}", 2), ("${a\n.b}", 0)]
)
def test_what_is_no_reference_is_refused(text: str, offset: int) -> None:
    with pytest.raises(ReferenceSyntaxError) as caught:
        parse(text)
    assert caught.value.offset == offset


@given(st.text())
def test_an_escaped_string_is_plain(text: str) -> None:
    assert parse(text.replace("${", "$${")) == text
