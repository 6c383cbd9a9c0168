"""Containers cannot be changed from within, log what they do, and hold no secret in the clear."""

import json
import math
import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

from generator.policy import Fault, Resource, Severity, accepted, policy

SECRET = re.compile(
    r"(PASSWORD|PASSWD|SECRET|TOKEN|PRIVATE_KEY|API_KEY|ACCESS_KEY|CREDENTIAL|SIGNING_KEY|ENCRYPTION_KEY)"
)
NOT_SECRET = re.compile(r"(_ID|_NAME|_ARN|_PATH|_FILE|_URL|_DAYS|_SECONDS|_TTL|_HEADER)$")
INLINE = re.compile(r"://[^/@:\s]+:[^/@\s]+@")
RANDOM = re.compile(r"[A-Za-z0-9+=]{20,}")
BITS = 3.5  # for each character: words and numbers have less


@policy(
    id="TIER_AWS_045",
    title="Containers are read-only, unprivileged and logged, run a fixed image, and hold no secret in the clear",
    severity=Severity.CRITICAL,
    why="Whoever gets into a container changes it, gets out of it, or reads its secrets; and nobody sees it.",
    remedy="set `readonlyRootFilesystem` and `logConfiguration`, drop `privileged` and user root, name the image by "
    "digest or by a tag other than latest, and hand secrets over by `secrets`, not `environment`",
    source="https://docs.aws.amazon.com/AmazonECS/latest/bestpracticesguide/security-tasks-containers.html",
    resources=["aws_ecs_task_definition"],
    unknown=accepted("the definition is one text that holds ARNs of what the apply makes; the next plan knows it"),
)
def hardened(task: Resource) -> Iterator[Fault]:
    """Refuse containers that are open, silent, adrift or talkative."""
    text = task["container_definitions"]
    try:
        containers = json.loads(text) if text else []
    except ValueError:
        containers = []
    if not isinstance(containers, list) or not containers:
        yield Fault("it defines no container", "container_definitions")
        return
    for container in containers:
        if isinstance(container, dict):
            for message in _faults(container):
                yield Fault(f"container {container.get('name', '')}: {message}", "container_definitions")


def _faults(container: dict[str, Any]) -> Iterator[str]:
    if not container.get("readonlyRootFilesystem"):
        yield "its file system can be written"
    if container.get("privileged"):
        yield "it is privileged"
    if str(container.get("user") or "").split(":")[0] in ("root", "0"):
        yield "it runs as root"
    if (container.get("linuxParameters") or {}).get("capabilities", {}).get("add"):
        yield "it has more capabilities than Docker gives"
    if not container.get("logConfiguration"):
        yield "it logs nowhere"
    image = str(container.get("image") or "")
    name, _, tag = image.rpartition("/")[2].partition(":")
    if "@sha256:" not in image and (not tag or tag == "latest"):
        yield f"its image {name} has no fixed tag"
    for item in container.get("environment") or []:
        if _is_secret(str(item.get("name") or ""), str(item.get("value") or "")):
            yield f"{item['name']} is a secret in the clear"


def _is_secret(name: str, value: str) -> bool:
    """Say whether a variable looks like a secret: by its name, by its form, or by how random it is."""
    if not value:
        return False
    if SECRET.search(name.upper()) and not NOT_SECRET.search(name.upper()):
        return True
    return bool(INLINE.search(value)) or any(_random(part) for part in RANDOM.findall(value))


def _random(text: str) -> bool:
    """Say whether a text is more random than what people write: it mixes letters and digits, and repeats little."""
    return any(char.isdigit() for char in text) and any(char.isalpha() for char in text) and _bits(text) > BITS


def _bits(text: str) -> float:
    """Return Shannon's entropy of a text, in bits for each character."""
    return -sum(count / len(text) * math.log2(count / len(text)) for count in Counter(text).values())
