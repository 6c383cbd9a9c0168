"""A dashboard shows metrics."""

import json
from collections.abc import Iterator
from typing import Any

from generator.policy import Fault, Resource, Severity, accepted, policy


@policy(
    id="TIER_AWS_094",
    title="A dashboard's body is valid and each of its graphs shows metrics",
    severity=Severity.LOW,
    why="An empty graph is noticed in the incident in which it is needed.",
    remedy="write `dashboard_body` with `jsonencode` and give each widget of type metric its `metrics`",
    source="https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html",
    resources=["aws_cloudwatch_dashboard"],
    unknown=accepted("a body with ids that AWS gives is known after the apply only; it changes nothing that runs"),
)
def shows(dashboard: Resource) -> Iterator[Fault]:
    """Refuse a body that is no JSON, has no widget, or a graph of nothing."""
    body = dashboard["dashboard_body"]
    try:
        parsed = json.loads(body) if body else {}
    except ValueError:
        yield Fault("its body is no JSON", "dashboard_body")
        return
    widgets = parsed.get("widgets") if isinstance(parsed, dict) else None
    if not isinstance(widgets, list) or not widgets:
        yield Fault("it has no widget", "dashboard_body")
        return
    for index, widget in enumerate(widgets):
        if not _full(widget):
            yield Fault(f"widget {index + 1} shows nothing", "dashboard_body")


def _full(widget: Any) -> bool:
    """Say whether a widget has what its type shows."""
    if not isinstance(widget, dict):
        return False
    properties = widget.get("properties") or {}
    needed = {"metric": ("metrics", "annotations"), "log": ("query",), "alarm": ("alarms",), "text": ("markdown",)}
    names = needed.get(widget.get("type", ""))
    return names is None or any(properties.get(name) for name in names)
