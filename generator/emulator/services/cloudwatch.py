"""CloudWatch: composite alarms."""

from __future__ import annotations

import time

from generator.emulator.registry import Answer, Call, Decline, amend, given, operation
from generator.emulator.tagging import TagOperations, add_tagging, set_tags

KIND = "CompositeAlarm"


@operation("cloudwatch", "PutCompositeAlarm")
def put_composite_alarm(call: Call) -> None:
    """Not implemented."""
    name = call.params["AlarmName"]
    arn, now = call.arn(f"alarm:{name}"), time.time()
    if name not in call.resources(KIND):
        set_tags(call, arn, call.params.get("Tags"))
    call.resources(KIND)[name] = {
        "ActionsEnabled": True,
        **given(call.params, "Tags"),
        "AlarmArn": arn,
        "AlarmConfigurationUpdatedTimestamp": now,
        "StateValue": "OK",
        "StateUpdatedTimestamp": now,
    }


@amend("cloudwatch", "DescribeAlarms")
def describe_alarms(call: Call, answer: Answer) -> None:
    """Knows no composite alarms, and ignores AlarmTypes."""
    types = call.params.get("AlarmTypes") or ["MetricAlarm"]
    names, prefix = call.params.get("AlarmNames"), call.params.get("AlarmNamePrefix") or ""
    if "MetricAlarm" not in types:
        answer["MetricAlarms"] = []
    if KIND in types:
        answer["CompositeAlarms"] = [
            alarm
            for name, alarm in call.resources(KIND).items()
            if (not names or name in names) and name.startswith(prefix)
        ]


@operation("cloudwatch", "DeleteAlarms")
def delete_alarms(call: Call) -> None:
    """Knows no composite alarms."""
    composite = [name for name in call.params["AlarmNames"] if name in call.resources(KIND)]
    for name in composite:
        del call.resources(KIND)[name]
        call.notes("tags").pop(call.arn(f"alarm:{name}"), None)
    if len(composite) < len(call.params["AlarmNames"]):
        raise Decline


add_tagging("cloudwatch", TagOperations(), "Knows no composite alarms.", others_by_moto=True)
