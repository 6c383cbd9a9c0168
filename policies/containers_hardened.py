"""Containers cannot be changed from within, log what they do, and hold no secret in the clear."""

import json
import math
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Any

from generator.policy import Fault, Resource, Severity, accepted, policy

PLACE = "container_definitions"
NAMED = re.compile(
    r"(PASSWORD|PASSWD|PASSPHRASE|SECRET|CREDENTIAL|TOKEN|(API|ACCESS|PRIVATE|SIGNING|ENCRYPTION|MASTER|AUTH)_?KEY)S?(_|\d|$)|"
    r"(^|_)(PASS|PWD|AUTH|JWT|SALT)$"
)
# How a variable ends that only tells where or how the secret is.
ABOUT = re.compile(
    r"_(ID|NAME|ARN|PATH|FILE|DAYS|HOURS|MINUTES|SECONDS|TTL|TIMEOUT|EXPIRY|HEADER|COOKIE|MIN|MAX|LENGTH|LIMIT|"
    r"ALGORITHM|HASHERS?|POLICY|MODE|TYPE|BACKEND|PROVIDER|VERSION|ENABLED|REGION|BUCKET|PREFIX)$|(^|_)(MAX|MIN|NUM)_"
)
WORKING_FOLDER = ("PWD", "OLDPWD")
PLAIN = re.compile(r"(true|false|yes|no|on|off|none|null|\d{1,3}|arn:[^ ]+|https?://[^@]+)", re.IGNORECASE)
# Secrets that say so themselves: keys of AWS, GitHub, GitLab, Slack, Stripe, Google, signed tokens, private keys.
SPOKEN = re.compile(
    r"\b(AKIA|ASIA)[A-Z0-9]{16}\b|\bgh[pousr]_\w{20,}|\bglpat-[\w-]{20,}|\bxox[abprs]-[\w-]{10,}|\b[sr]k_live_\w{10,}|"
    r"\bAIza[\w-]{30,}|\beyJ[\w-]{8,}\.[\w-]{8,}\.|-----BEGIN [A-Z ]*PRIVATE KEY"
)
INLINE = re.compile(r"://[^/@:\s]*:[^/@\s]+@")
ASSIGNED = re.compile(r"(?i)(?:^|[\s-])\w*(?:password|passwd|secret|token|api_?key)[= ]([^\s$]\S*)")
PART = re.compile(r"[A-Za-z0-9+/=_-]{20,}")
LOWER = re.compile(r"(?<![A-Za-z0-9])[a-z0-9]{20,}(?![A-Za-z0-9])")
HEX = re.compile(r"[0-9a-f]{32,}")
REVISION = re.compile(r"(COMMIT|REVISION|SHA\d*|DIGEST|VERSION|ETAG|CHECKSUM|(^|_)REF|_ID)$")
ADRIFT = {"latest", "stable", "main", "master", "develop", "dev", "edge", "nightly", "prod", "production", "staging"}
KEPT = ("none", "json-file", "local")


@policy(
    id="TIER_AWS_045",
    title="Containers are read-only, unprivileged and logged, run a fixed image, and hold no secret in the clear",
    severity=Severity.CRITICAL,
    why="Whoever gets into a container changes it, gets out of it, or reads its secrets; and nobody sees it.",
    remedy="set `readonlyRootFilesystem` and `logConfiguration`, drop `privileged` and user root, name the image by "
    "digest or by a tag that does not move, and hand secrets over by `secrets`, not `environment`",
    source="https://docs.aws.amazon.com/AmazonECS/latest/bestpracticesguide/security-tasks-containers.html",
    resources=["aws_ecs_task_definition"],
    unknown=accepted("the definition is one text that holds ARNs of what the apply makes; the next plan knows it"),
)
def hardened(task: Resource) -> Iterator[Fault]:
    """Refuse containers that are open, silent, adrift or talkative."""
    text = task[PLACE]
    try:
        containers = json.loads(text) if text else []
    except ValueError:
        containers = []
    if not isinstance(containers, list) or not containers:
        yield Fault("it defines no container", PLACE)
        return
    for container in containers:
        if not isinstance(container, dict):
            yield Fault("it defines something that is no container", PLACE)
            continue
        for message in _faults(container, ours=bool(task.plan.tier)):
            yield Fault(f"container {container.get('name', '')}: {message}", PLACE)


def _faults(container: Mapping[str, Any], *, ours: bool) -> Iterator[str]:
    yield from _open(container, ours=ours)
    yield from _silent(container)
    image = str(container.get("image") or "")
    name, _, tag = image.rpartition("/")[2].partition(":")
    if not re.search(r"@sha256:[0-9a-f]{64}$", image) and (not tag or "@" in image or tag.lower() in ADRIFT):
        yield f"its image {name} has no fixed tag"
    yield from _told(container)
    for item in _listed(container, "secrets"):
        origin = str(item.get("valueFrom") or "")
        if not origin or (ours and not origin.startswith("arn:")):
            yield f"{item.get('name')} does not say which secret it is from"


def _open(container: Mapping[str, Any], *, ours: bool) -> Iterator[str]:
    """Yield what lets the container be changed, or left; a user and no capabilities are what ours must say."""
    if container.get("readonlyRootFilesystem") not in (True, "true"):
        yield "its file system can be written"
    if container.get("privileged"):
        yield "it is privileged"
    user = str(container.get("user") or "").split(":")[0].strip()
    if user == "root" or (user and not user.strip("0")):
        yield "it runs as root"
    elif ours and not user:
        yield "it runs as whoever the image says, root if it says nothing"
    capabilities = (container.get("linuxParameters") or {}).get("capabilities") or {}
    if capabilities.get("add"):
        yield "it has more capabilities than Docker gives"
    if ours and "ALL" not in (capabilities.get("drop") or []):
        yield "it keeps capabilities that it does not need"


def _silent(container: Mapping[str, Any]) -> Iterator[str]:
    logs = container.get("logConfiguration") or {}
    driver = logs.get("logDriver")
    if not driver or driver in KEPT:
        yield "it logs nowhere"
    elif driver == "awslogs" and not (logs.get("options") or {}).get("awslogs-group"):
        yield "it logs to no group"


def _told(container: Mapping[str, Any]) -> Iterator[str]:
    """Yield what tells a secret: variables, labels, and words of commands."""
    variables = [(item.get("name"), item.get("value")) for item in _listed(container, "environment")]
    labels = container.get("dockerLabels")
    variables += list(labels.items()) if isinstance(labels, dict) else []
    for name, value in variables:
        if _is_secret(str(name or ""), str(value or "")):
            yield f"{name} is a secret in the clear"
    for argument in ("command", "entryPoint"):
        words = container.get(argument)
        text = " ".join(map(str, words)) if isinstance(words, list) else str(words or "")
        if SPOKEN.search(text) or INLINE.search(text) or ASSIGNED.search(text):
            yield f"its {argument} has a secret in the clear"


def _listed(container: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    found = container.get(name)
    return [item for item in found if isinstance(item, dict)] if isinstance(found, list) else []


def _is_secret(name: str, value: str) -> bool:
    """Say whether a variable looks like a secret: by its name, by its form, or by how random it is."""
    upper = re.sub(r"[^A-Z0-9]", "_", name.upper())
    if not value or upper in WORKING_FOLDER:
        return False
    if SPOKEN.search(value) or INLINE.search(value):
        return True
    if NAMED.search(upper) and not ABOUT.search(upper) and not PLAIN.fullmatch(value):
        return True
    return not REVISION.search(upper) and any(_random(part) for part in PART.findall(value))


def _random(text: str) -> bool:
    """Say whether a text is a key: long and hexadecimal, or letters and digits mixed as nobody writes them."""
    if HEX.fullmatch(text):
        return _bits(text) > 3 and any(char.isalpha() for char in text)
    return _mixed(text, kinds=3, turns=0.4) or any(_mixed(word, kinds=2, turns=0.3) for word in LOWER.findall(text))


def _mixed(text: str, *, kinds: int, turns: float) -> bool:
    """Say whether a text changes between upper, lower and digits at more than `turns` of its places."""
    found = ["d" if char.isdigit() else "u" if char.isupper() else "l" for char in text if char.isalnum()]
    changed = sum(one != two for one, two in pairwise(found))
    return len(set(found)) == kinds and changed > turns * len(found) and _bits(text) > 3.5


def _bits(text: str) -> float:
    """Return Shannon's entropy of a text, in bits for each character."""
    return -sum(count / len(text) * math.log2(count / len(text)) for count in Counter(text).values())
