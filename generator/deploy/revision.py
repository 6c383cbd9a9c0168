"""Task-definition revisions: a copy that differs only in its image, and whether two are the same."""

from __future__ import annotations

from typing import Any

Definition = dict[str, Any]

# What ECS adds to a definition; registering one does not take it.
READ_ONLY = (
    "compatibilities",
    "deregisteredAt",
    "registeredAt",
    "registeredBy",
    "requiresAttributes",
    "revision",
    "status",
    "taskDefinitionArn",
)


def with_image(definition: Definition, container: str, image: str) -> Definition:
    """Return what to register for a copy of `definition` in which `container` runs `image`."""
    copy = {key: value for key, value in definition.items() if key not in READ_ONLY}
    copy["containerDefinitions"] = [
        {**item, "image": image} if item["name"] == container else item for item in definition["containerDefinitions"]
    ]
    return copy


def image_of(definition: Definition, container: str) -> str:
    """Return the image that `container` runs."""
    return next(str(item["image"]) for item in definition["containerDefinitions"] if item["name"] == container)


def same(one: Any, other: Any) -> bool:
    """Say whether two revisions, or parts of them, are the same but for number, tags and the order of settings."""
    return bool(_comparable(one) == _comparable(other))


def _comparable(value: Any) -> Any:
    """Return a value in which order does not matter, empty settings are none, and what ECS adds is left out."""
    if isinstance(value, dict):
        kept = ((key, _comparable(item)) for key, item in sorted(value.items()) if key not in (*READ_ONLY, "tags"))
        return tuple((key, item) for key, item in kept if item not in ((), None, ""))
    if isinstance(value, list):
        return tuple(sorted((_comparable(item) for item in value), key=repr))
    return value


def short(arn: str) -> str:
    """Return `family:revision` of a task definition's ARN."""
    return arn.rsplit("/", maxsplit=1)[-1]
