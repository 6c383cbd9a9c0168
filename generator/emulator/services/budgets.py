"""AWS Budgets."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from moto.core.utils import unix_time

from generator.emulator.registry import ACCOUNT, Answer, Call, amend, fail, given, operation
from generator.emulator.tagging import TagOperations, add_tagging, set_tags


def _arn(name: str) -> str:
    return f"arn:aws:budgets::{ACCOUNT}:budget/{name}"


def _budget(call: Call) -> Any:
    found = call.backend().budgets[call.params["AccountId"]]
    name = call.params.get("BudgetName") or call.params["NewBudget"]["BudgetName"]
    if name not in found:
        fail("NotFoundException", f"Unable to get budget: {name} - the budget doesn't exist.")
    return found[name]


def _same(notification: dict[str, Any], other: dict[str, Any]) -> bool:
    state = "NotificationState"
    return {**given(notification, state)} == {**given(other, state)}


def _notification(call: Call) -> Any:
    wanted = _threshold(call.params.get("OldNotification") or call.params["Notification"])
    for notification in _budget(call).notifications:
        if _same(_threshold(notification.details), wanted):
            return notification
    return fail("NotFoundException", "Unable to find the notification")


def _threshold(notification: dict[str, Any]) -> dict[str, Any]:
    """Return the notification with what AWS assumes where nothing is given."""
    return {"ThresholdType": "PERCENTAGE", **given(notification), "Threshold": float(notification["Threshold"])}


@amend("budgets", "CreateBudget")
def create_budget(call: Call, answer: Answer) -> None:  # noqa: ARG001
    """Drops the tags given on creation."""
    set_tags(call, _arn(call.params["Budget"]["BudgetName"]), call.params.get("ResourceTags"))


@operation("budgets", "UpdateBudget")
def update_budget(call: Call) -> None:
    """Not implemented."""
    _budget(call).budget.update(_numbers(given(call.params["NewBudget"])))


def _numbers(value: Any) -> Any:
    """Return the value with times as moto keeps them: in seconds."""
    if isinstance(value, dict):
        return {key: _numbers(item) for key, item in value.items()}
    return unix_time(value) if isinstance(value, datetime) else value


@operation("budgets", "DescribeSubscribersForNotification")
def describe_subscribers(call: Call) -> Answer:
    """Not implemented."""
    return {"Subscribers": _notification(call).subscribers}


@operation("budgets", "UpdateNotification")
def update_notification(call: Call) -> None:
    """Not implemented."""
    _notification(call).details.update(given(call.params["NewNotification"]))


@operation("budgets", "CreateSubscriber")
def create_subscriber(call: Call) -> None:
    """Not implemented."""
    _notification(call).subscribers.append(call.params["Subscriber"])


@operation("budgets", "DeleteSubscriber")
def delete_subscriber(call: Call) -> None:
    """Not implemented."""
    subscribers = _notification(call).subscribers
    if call.params["Subscriber"] not in subscribers:
        fail("NotFoundException", "Unable to find the subscriber")
    subscribers.remove(call.params["Subscriber"])


add_tagging("budgets", TagOperations(tags="ResourceTags", keys="ResourceTagKeys"), "Not implemented.")
