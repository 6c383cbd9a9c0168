"""Application Auto Scaling: tags of scalable targets, and policies that are changed."""

from __future__ import annotations

from generator.emulator.registry import ACCOUNT, Answer, Call, amend
from generator.emulator.tagging import TagOperations, add_tagging, set_tags

SERVICE = "application-autoscaling"


@amend(SERVICE, "RegisterScalableTarget")
def register_scalable_target(call: Call, answer: Answer) -> None:
    """Drops the tags given on creation."""
    if call.params.get("Tags"):
        set_tags(call, answer["ScalableTargetARN"], call.params["Tags"])


def _policy_key(call: Call) -> str:
    return "/".join(call.params[name] for name in ("ServiceNamespace", "ResourceId", "ScalableDimension", "PolicyName"))


@amend(SERVICE, "PutScalingPolicy")
def put_scaling_policy(call: Call, answer: Answer) -> None:
    """Gives a policy that is changed another ARN, and leaves the alarms of the old one behind."""
    policy = next(item for item in call.backend().policies.values() if item.policy_arn == answer["PolicyARN"])
    key = _policy_key(call)
    old = call.notes("policy").get(key)
    if old is not None:
        old.delete_alarms(ACCOUNT, call.region)
        policy.policy_arn = answer["PolicyARN"] = old.policy_arn
    call.notes("policy")[key] = policy


@amend(SERVICE, "DeleteScalingPolicy")
def delete_scaling_policy(call: Call, answer: Answer) -> None:  # noqa: ARG001
    """Gives a policy that is changed another ARN: a new one of that name shall have one, too."""
    key = _policy_key(call)
    call.notes("policy").pop(key, None)


add_tagging(SERVICE, TagOperations(as_map=True), "Not implemented.")
