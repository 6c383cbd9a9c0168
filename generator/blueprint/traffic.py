"""The traffic model of a blueprint: one statement of the load, from which costs and objectives are both derived."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields

from generator.blueprint.document import Node
from generator.diagnostics import Mark, Problems, nearest

HOURS = 24
DAYS = 730 / HOURS  # of a month, as AWS counts its hours
CURVE = "requests_per_second"
SHARES = ("edge_share", "other_days", "upload_share", "bucket_share")
VIEWERS = ("us", "europe", "africa", "south_america", "japan", "australia", "asia", "india")


@dataclass(frozen=True, slots=True)
class Traffic:
    """The load of a deployment, in requests of viewers.

    `requests_per_second` is the mean of each hour of a school day, of which a month has `school_days`; another day has
    the share `other_days` of it. For `peak_minutes` a month the promised rate is reached. CloudFront answers
    `edge_share` of all requests, S3 `bucket_share` of the others, and tasks the rest: `upload_share` of those put an
    object into S3.
    Sizes are kB of a thousand bytes, per request: of answers, of requests, of logs, and of what tasks exchange with the
    database and the cache. `storage_gb` is kept in S3, `outbound_gb` a month is fetched from outside through NAT.
    """

    requests_per_second: tuple[float, ...]
    edge_share: float
    school_days: float = 22
    other_days: float = 0.2
    peak_minutes: float = 10
    bucket_share: float = 0.2
    upload_share: float = 0.01
    response_kb: float = 10
    request_kb: float = 1
    log_kb: float = 0.5
    data_kb: float = 20
    storage_gb: float = 50
    outbound_gb: float = 30
    viewers: str = "us"
    mark: Mark | None = None

    def assumptions(self) -> Iterator[tuple[str, object]]:
        """Yield what is assumed, by the names that the blueprint uses."""
        for field in fields(self):
            if field.name != "mark":
                value = getattr(self, field.name)
                yield field.name, list(value) if isinstance(value, tuple) else value

    @property
    def equivalent_days(self) -> float:
        """Return how many school days have as many requests as a month."""
        return self.school_days + self.other_days * (DAYS - self.school_days)


NUMBERS = tuple(item.name for item in fields(Traffic) if item.name not in (CURVE, "viewers", "mark"))


def decode_traffic(section: Node | None, problems: Problems) -> Traffic | None:
    """Decode the map `traffic` of a blueprint; None if there is none, or it is too broken; faults in `problems`."""
    if section is None or section.value is None:
        return None
    if not isinstance(section.value, dict):
        problems.add(section.mark, f"`traffic` is a map, not a {section.kind()}", f"give it {CURVE} and edge_share")
        return None
    before = len(problems.found)
    known = (CURVE, *NUMBERS, "viewers")
    for key in section.keys:
        if key not in known:
            problems.add(section.keys[key], f'`traffic` has no key "{key}"', nearest(key, known))
    for key in (CURVE, "edge_share"):
        if section.get(key) is None:
            problems.add(section.mark, f"`traffic` does not say {key}", f"add `{key}:`")
    curve = _curve(section.get(CURVE), problems)
    numbers = {key: _number(key, node, problems) for key in NUMBERS if (node := section.get(key)) is not None}
    viewers = section.get("viewers")
    if viewers is not None and viewers.value not in VIEWERS:
        problems.add(viewers.mark, f"`viewers` is {viewers.text}, no region of CloudFront's",
                     f"write one of {', '.join(VIEWERS)}")  # fmt: skip
    if len(problems.found) > before:
        return None
    extra = {"viewers": str(viewers.value)} if viewers is not None else {}
    return Traffic(requests_per_second=curve, mark=section.mark, **numbers, **extra)  # type: ignore[arg-type]


def _curve(node: Node | None, problems: Problems) -> tuple[float, ...]:
    if node is None:
        return ()
    items = node.value if isinstance(node.value, list) else []
    if len(items) != HOURS:
        problems.add(node.mark, f"`{CURVE}` has {len(items)} numbers, not one for each hour of the day",
                     f"write a list of {HOURS} numbers, from midnight on")  # fmt: skip
        return ()
    return tuple(_number(CURVE, item, problems) for item in items)


def _number(key: str, node: Node, problems: Problems) -> float:
    value = node.value
    if isinstance(value, bool) or not isinstance(value, int | float) or value < 0:
        problems.add(node.mark, f"`{key}` is a number of 0 or more, not {node.text or node.kind()}",
                     f"write for example `{key}: 1`")  # fmt: skip
        return 0.0
    if key in SHARES and value > 1:
        problems.add(node.mark, f"`{key}` is a share between 0 and 1, not {node.text}",
                     f"write for example `{key}: 0.95`")  # fmt: skip
    if key == "school_days" and value > DAYS:
        problems.add(node.mark, f"a month has no {node.text} school days", "write for example `school_days: 22`")
    return float(value)
