"""Events that services remember: what DescribeEvents answers of RDS and ElastiCache."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from generator.emulator.registry import Answer, Call

EVENTS = "event"
HOUR = 60  # minutes; what DescribeEvents goes back if it is told nothing


def happened(call: Call, kind: str, source: str, message: str, **further: Any) -> None:
    """Remember an event of `source`, whose type is `kind`; `further` are members that the service's events have."""
    log = call.notes(EVENTS)
    event = {"SourceType": kind, "SourceIdentifier": source, "Message": message, "Date": now(), **further}
    log[str(len(log))] = event


def recent(call: Call, others: list[Answer]) -> list[Answer]:
    """Return what a call of DescribeEvents asks for, of the remembered events and `others`, oldest first."""
    params, end = call.params, _time(call.params.get("EndTime")) or now()
    start = _time(params.get("StartTime")) or end - timedelta(minutes=int(params.get("Duration") or HOUR))
    wanted = set(params.get("EventCategories") or [])
    found = [
        event
        for event in (*others, *call.notes(EVENTS).values())
        if start <= event["Date"] <= end
        and params.get("SourceType") in (None, event["SourceType"])
        and params.get("SourceIdentifier") in (None, event["SourceIdentifier"])
        and (not wanted or wanted & set(event.get("EventCategories") or []))
    ]
    return sorted(found, key=lambda event: event["Date"])


def now() -> datetime:
    """Return the time, in UTC."""
    return datetime.now(UTC)


def utc(time: datetime) -> datetime:
    """Return a time of moto's, which is UTC without saying so."""
    return time if time.tzinfo else time.replace(tzinfo=UTC)


def _time(given: Any) -> datetime | None:
    if given is None:
        return None
    return utc(given if isinstance(given, datetime) else datetime.fromisoformat(str(given).replace("Z", "+00:00")))
