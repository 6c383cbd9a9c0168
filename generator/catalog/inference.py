"""The type of an output, as far as the shape of its expression tells."""

from __future__ import annotations

import re
from typing import Any

TRAVERSAL = re.compile(r"[\w-]+(?:\.[\w-]+|\[[^\[\]]*\])*$")
SPLAT = re.compile(r"[\w.\-]+\[\*\](?P<rest>(?:\.[\w-]+)+)$")
LIST_FOR = re.compile(r"\[\s*for\s.+?\sin\s.+?\s?:\s(?P<body>.+?)(?:\sif\s.+)?\]$", re.DOTALL)
MAP_FOR = re.compile(r"\{\s*for\s.+?\sin\s.+?\s?:\s.+?\s=>\s(?P<body>.+?)(?:\sif\s.+)?\}$", re.DOTALL)
# Attributes of these names are strings in every resource of the provider; a test holds them against its schema.
STRINGS = re.compile(r"(?:.*_)?(?:arn|id|name|arn_suffix|address|endpoint|arn_without_revision|family)$")
FUNCTIONS = {
    "list(any)": ("compact", "concat", "distinct", "flatten", "keys", "range", "reverse", "slice", "sort", "tolist",
                  "toset", "values"),
    "map(any)": ("merge", "tomap", "zipmap"),
    "number": ("abs", "ceil", "floor", "length", "max", "min", "sum", "tonumber"),
    "string": ("base64encode", "format", "join", "jsonencode", "lower", "md5", "replace", "sha256", "substr",
               "templatefile", "title", "tostring", "trim", "trimprefix", "trimspace", "trimsuffix", "upper"),
}  # fmt: skip
RESULTS = {name: kind for kind, names in FUNCTIONS.items() for name in names}


def infer(value: Any) -> str:
    """Return the type constraint of `value`, an expression as python-hcl2 reads it; `any` where in doubt."""
    if isinstance(value, bool):
        return "bool"
    if isinstance(value, int | float):
        return "number"
    if isinstance(value, list):
        return f"list({common(infer(item) for item in value)})"
    if isinstance(value, dict):
        return f"map({common(infer(item) for item in value.values())})"
    if not isinstance(value, str):
        return "any"
    return _expression(value[2:-1].strip()) if _whole(value) else "string"


def common(kinds: Any) -> str:
    """Return the one type that all of `kinds` are, else `any`."""
    different = set(kinds)
    return different.pop() if len(different) == 1 else "any"


def _whole(text: str) -> bool:
    """Say whether `text` is one `${...}` and nothing else."""
    if not (text.startswith("${") and text.endswith("}")):
        return False
    depth = 0
    for place, char in enumerate(text):
        depth += (char == "{") - (char == "}")
        if depth == 0 and place > 1:
            return place == len(text) - 1
    return False


def _expression(text: str) -> str:
    if " ? " in text:
        return "any"
    for pattern, collection in ((LIST_FOR, "list"), (MAP_FOR, "map")):
        match = pattern.match(text)
        if match:
            return f"{collection}({_expression(match['body'].strip())})"
    splat = SPLAT.match(text)
    if splat:
        return f"list({_expression('x' + splat['rest'])})"
    call = re.match(r"(\w+)\(.*\)$", text, re.DOTALL)
    if call:
        return RESULTS.get(call[1], "any")
    if TRAVERSAL.match(text):
        return "string" if "." in text and STRINGS.match(text.rsplit(".", 1)[-1]) else "any"
    return "any"
