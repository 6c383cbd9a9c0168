"""Terraform code as tokens: what says the same is the same, and nothing else is."""

from __future__ import annotations

from pathlib import Path

import hcl2
import pytest

from generator.affected.hcl import blocks

MODULES = Path(__file__).parents[2] / "modules"
SAME = [
    ("a = 1 # one\n", "a = 1"),
    ("a = 1 // one\n", "a   =   1\n\n\n"),
    ("/* all\nof it */ a = 1\n", "a = 1\n"),
    ("a = [\n  1,\n  2,\n]\n", "a = [1, 2]\n"),
    ("a = f(\n  1, # one\n  2,\n)\n", "a = f(1, 2)\n"),
    ("a = {\n\n  b = 1\n\n\n  c = 2\n}\n", "a = { b = 1, c = 2, }\n"),
    ('r "x" "y" {\n  a = 1\n}\n', 'r "x" "y" {\n\n\ta   = 1 # one\n\n}\n'),
    ("a = 1\r\nb = 2\r\n", "a = 1\nb = 2\n"),
    ('a = "${f("}")} #" # one\n', 'a = "${f("}")} #"\n'),
]
DIFFERENT = [
    ('a = "b # c"', 'a = "b"'),
    ('a = "b // c"', 'a = "b //c"'),
    ('a = "b /* c */ d"', 'a = "b d"'),
    ('a = "x  y"', 'a = "x y"'),
    ('a = "\\" # b"', 'a = "\\""'),
    ('a = "$${" # b\n', 'a = "$${ # b"\n'),
    ("a = <<EOT\n# b\nEOT\n", "a = <<EOT\nEOT\n"),
    ("a = <<-EOT\n  b\n  EOT\n", "a = <<-EOT\n  b c\n  EOT\n"),
    ("a = 12", "a = 1"),
    ("a {\n  b = 1\n}\n", "a {\n  b {\n  }\n}\n"),
    ("a = 1\nb = 2\n", "a = 1\n"),
    ("a = [1, 2]", "a = [12]"),
    ("a = b.c", "a = bc"),
    ("a = !b", "a = b"),
    ("a = { b = c, d = e }", "a = { b = c d = e }"),
]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_the_same(one: str, other: str) -> None:
    assert blocks(one.replace("\r\n", "\n")) == blocks(other)


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_not_the_same(one: str, other: str) -> None:
    assert blocks(one) != blocks(other)


@pytest.mark.parametrize(
    "text", ["", "\n", "# only\n", 'a = "', "a = {", "}", "a = <<EOT\nno end", 'a = "${', "/* no end"]
)
def test_what_is_no_code_is_still_told_apart(text: str) -> None:
    assert blocks(text) == blocks(text)
    assert blocks(f"{text}\nx = 1\n") != blocks(f"{text}\nx = 2\n")


def test_headers() -> None:
    found = blocks('resource "aws_vpc" "this" {\n}\nlocals {\n}\nname = 1\nmoved {}')
    assert [block.header for block in found] == ["resource aws_vpc.this", "locals", "name", "moved"]


@pytest.mark.parametrize("file", sorted(MODULES.glob("*/*.tf")), ids=lambda file: f"{file.parent.name}/{file.name}")
def test_modules_have_the_blocks_that_a_parser_finds(file: Path) -> None:
    """The parser of python-hcl2 sees the same top-level blocks in the project's modules."""
    text = file.read_text()
    parsed = hcl2.loads(text, serialization_options=hcl2.SerializationOptions(with_comments=False))
    assert sorted(block.header.split()[0] for block in blocks(text)) == sorted(
        kind for kind, found in parsed.items() for _ in found
    )
