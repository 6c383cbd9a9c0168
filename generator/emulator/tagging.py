"""Tags of resources that moto cannot tag: three operations that are alike in every service."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from generator.emulator.registry import Answer, Call, Decline, as_list, as_map, operation


@dataclass(frozen=True)
class TagOperations:
    """The names that a service uses for its tag operations and their parameters; `answered` if it reads another."""

    read: str = "ListTagsForResource"
    write: str = "TagResource"
    delete: str = "UntagResource"
    arn: str = "ResourceARN"
    tags: str = "Tags"
    keys: str = "TagKeys"
    answered: str = ""
    as_map: bool = False


def set_tags(call: Call, arn: str, tags: Any) -> None:
    """Note the tags of a new resource."""
    call.notes("tags")[arn] = as_map(tags)


def add_tagging(service: str, names: TagOperations, reason: str, *, others_by_moto: bool = False) -> None:
    """Register the three operations; `others_by_moto` leaves resources without a note to moto."""

    def tags_of(call: Call) -> dict[str, str]:
        notes, arn = call.notes("tags"), call.params[names.arn]
        if others_by_moto and arn not in notes:
            raise Decline
        tags: dict[str, str] = notes.setdefault(arn, {})
        return tags

    def read(call: Call) -> Answer:
        tags = tags_of(call)
        return {names.answered or names.tags: dict(tags) if names.as_map else as_list(tags)}

    def write(call: Call) -> None:
        tags_of(call).update(as_map(call.params[names.tags]))

    def delete(call: Call) -> None:
        tags = tags_of(call)
        for key in call.params[names.keys]:
            tags.pop(key, None)

    for name, handler in ((names.read, read), (names.write, write), (names.delete, delete)):
        handler.__doc__ = reason
        operation(service, name)(handler)
