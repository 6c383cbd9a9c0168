"""Application Auto Scaling: tags of scalable targets."""

from __future__ import annotations

from generator.emulator.registry import Answer, Call, amend
from generator.emulator.tagging import TagOperations, add_tagging, set_tags

SERVICE = "application-autoscaling"


@amend(SERVICE, "RegisterScalableTarget")
def register_scalable_target(call: Call, answer: Answer) -> None:
    """Drops the tags given on creation."""
    if call.params.get("Tags"):
        set_tags(call, answer["ScalableTargetARN"], call.params["Tags"])


add_tagging(SERVICE, TagOperations(as_map=True), "Not implemented.")
