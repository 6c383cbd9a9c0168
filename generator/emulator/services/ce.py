"""Cost Explorer: anomaly detection."""

from __future__ import annotations

from generator.emulator.registry import ACCOUNT, Answer, Call, given, new_id, operation
from generator.emulator.tagging import TagOperations, add_tagging, set_tags


def _add_anomaly(kind: str, prefix: str) -> None:
    """Register the four operations of anomaly monitors, or of anomaly subscriptions."""
    arn, missing = f"{prefix}Arn", f"Unknown{prefix}Exception"

    @operation("ce", f"Create{kind}")
    def create(call: Call) -> Answer:
        """Not implemented."""
        name = f"arn:aws:ce::{ACCOUNT}:{kind.lower()}/{new_id()}"
        call.resources(kind)[name] = {**given(call.params[kind]), arn: name, "AccountId": ACCOUNT}
        set_tags(call, name, call.params.get("ResourceTags"))
        return {arn: name}

    @operation("ce", f"Get{kind}s")
    def get(call: Call) -> Answer:
        """Not implemented."""
        names = call.params.get(f"{prefix}ArnList") or list(call.resources(kind))
        return {f"{kind}s": [call.find(kind, name, missing) for name in names]}

    @operation("ce", f"Update{kind}")
    def update(call: Call) -> Answer:
        """Not implemented."""
        call.find(kind, call.params[arn], missing).update(given(call.params))
        return {arn: call.params[arn]}

    @operation("ce", f"Delete{kind}")
    def delete(call: Call) -> None:
        """Not implemented."""
        call.remove(kind, call.params[arn], missing)


_add_anomaly("AnomalyMonitor", "Monitor")
_add_anomaly("AnomalySubscription", "Subscription")
add_tagging(
    "ce",
    TagOperations(arn="ResourceArn", tags="ResourceTags", keys="ResourceTagKeys"),
    "Anomaly monitors and subscriptions are not known.",
    others_by_moto=True,
)
