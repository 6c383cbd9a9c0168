"""Type constraints, output types and the dependencies of outputs."""

from __future__ import annotations

import pytest

from generator.catalog.dependencies import graph, variables_behind
from generator.catalog.inference import infer
from generator.catalog.types import TypeSyntaxError, parse_type, tidy


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("string", "string"),
        ("list(number)", "list(number)"),
        ("map(list(string))", "map(list(string))"),
        ("any", "any"),
    ],
)
def test_types_are_parsed(text: str, kind: str) -> None:
    assert str(parse_type(text)) == kind


def test_objects_know_what_is_optional() -> None:
    kind = parse_type('object({a = string, b = optional(list(string), ["x", ")"]), "c" = optional(number)})')
    assert [(name, str(inner), optional) for name, inner, optional in kind.attributes] == [
        ("a", "string", False),
        ("b", "list(string)", True),
        ("c", "number", True),
    ]


@pytest.mark.parametrize(
    "text", ["", "strng", "list(", "list(string))", "object({a})", "object({a = string b = number})"]
)
def test_what_is_no_type_is_refused(text: str) -> None:
    with pytest.raises(TypeSyntaxError):
        parse_type(text)


def test_a_type_is_tidied_as_fmt_would() -> None:
    assert tidy("object({a=string,b=optional(number,8)})") == "object({ a = string, b = optional(number, 8) })"


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        ("text", "string"), ("${aws_vpc.this.id}", "string"), ("a-${aws_vpc.this.id}", "string"), (3, "number"),
        ("${[for s in aws_subnet.this : s.id]}", "list(string)"), ("${aws_subnet.this[*].arn}", "list(string)"),
        ("${{for k, b in aws_s3_bucket.this : k => b.arn}}", "map(string)"), ("${var.x ? 1 : 2}", "any"),
        ("${values(local.x)}", "list(any)"), ("${length(local.x)}", "number"), ("${aws_vpc.this.tags}", "any"),
        ({"a": "${aws_vpc.a.id}"}, "map(string)"), (["${aws_vpc.a.id}", "${aws_vpc.b.id}"], "list(string)"),
        ("${one(aws_x.this[*].id)}", "any"), ("${a}${b}", "string"), (True, "bool"), (None, "any"),
    ],
)  # fmt: skip
def test_output_types_are_inferred_from_their_shape(value: object, kind: str) -> None:
    assert infer(value) == kind


def test_an_output_depends_on_what_terraform_would_order_before_it() -> None:
    blocks = {
        "variable": [
            {"name": {}},
            {"clients": {}},
            {"size": {"validation": [{"condition": "${var.limit > var.size}"}]}},
            {"limit": {}},
        ],
        "locals": [{"title": "${upper(var.name)}"}],
        "resource": [
            {"aws_security_group": {"this": {"name": "${local.title}"}}},
            {"aws_rule": {"this": {"for_each": "${var.clients}", "group": "${aws_security_group.this.id}"}}},
        ],
        "output": [
            {"group": {"description": "not var.clients", "value": "${aws_security_group.this.id}"}},
            {"rules": {"value": "${[for r in aws_rule.this : r.id]}"}},
            {"late": {"value": "x", "depends_on": ["${aws_rule.this}"]}},
            {"size": {"value": "${var.size}"}},
        ],
    }
    known = graph(blocks)
    assert variables_behind("output.group", known) == ("name",)
    assert variables_behind("output.rules", known) == ("clients", "name")
    assert variables_behind("output.late", known) == ("clients", "name")
    assert variables_behind("output.size", known) == ("limit", "size")
