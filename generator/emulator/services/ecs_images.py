"""Whether an image can be pulled: those of the account's own ECR registry must be there, all others are."""

from __future__ import annotations

import re
from typing import Any

from generator.emulator.registry import ACCOUNT, backend

OWN = re.compile(
    rf"^{ACCOUNT}\.dkr\.ecr\.(?P<region>[a-z0-9-]+)\.amazonaws\.com/"
    r"(?P<repository>[^:@]+)(?::(?P<tag>[^@]+))?(?:@(?P<digest>sha256:[0-9a-f]+))?$"
)


def cannot_pull(image: str) -> str:
    """Return why ECS cannot pull this image, as ECS says it, or nothing."""
    own = OWN.match(image)
    if own is None:
        return ""
    repository = backend("ecr", own["region"]).repositories.get(own["repository"])
    if repository is not None and any(_is(held, own["tag"], own["digest"]) for held in repository.images):
        return ""
    return (
        "CannotPullContainerError: pull image manifest has been retried 1 time(s): "
        f"failed to resolve ref {image}: {image}: not found"
    )


def _is(held: Any, tag: str | None, digest: str | None) -> bool:
    if digest:
        return bool(held.get_image_digest() == digest)
    return (tag or "latest") in held.image_tags


def first_missing(definition: Any) -> str:
    """Return why the first image of a task definition that cannot be pulled cannot, or nothing."""
    reasons = (cannot_pull(container.get("image") or "") for container in definition.container_definitions)
    return next((reason for reason in reasons if reason), "")
