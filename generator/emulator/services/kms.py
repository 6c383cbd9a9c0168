"""KMS: rotation periods, and multi-Region keys with replicas that have attributes of their own."""

from __future__ import annotations

import copy
from typing import Any

from generator.emulator.registry import Answer, Call, amend, as_map, backend, fail, operation


def _key_id(call: Call) -> str:
    return str(call.params["KeyId"]).split("/")[-1]


@amend("kms", "EnableKeyRotation")
def enable_key_rotation(call: Call, answer: Answer) -> None:  # noqa: ARG001
    """Forgets RotationPeriodInDays."""
    call.notes("rotation")[_key_id(call)] = call.params.get("RotationPeriodInDays")


@amend("kms", "GetKeyRotationStatus")
def get_key_rotation_status(call: Call, answer: Answer) -> None:
    """Forgets RotationPeriodInDays."""
    if answer.get("KeyRotationEnabled"):
        answer["RotationPeriodInDays"] = call.notes("rotation").get(_key_id(call)) or 365


@operation("kms", "ReplicateKey")
def replicate_key(call: Call) -> Answer:
    """Ignores the replica's description, policy and tags, for which Terraform waits in vain."""
    region, identifier = call.params["ReplicaRegion"], _key_id(call)
    if identifier not in call.backend().keys:
        fail("NotFoundException", f"Key {identifier} does not exist")
    primary, place = call.backend().keys[identifier], backend("kms", region)
    if not primary.multi_region or identifier in place.keys:
        fail("UnsupportedOperationException", f"{primary.arn} cannot be replicated to {region}")
    replica = _replica(primary, region, call)
    place.keys[identifier] = replica
    primary.multi_region_configuration["ReplicaKeys"].append({"Arn": replica.arn, "Region": region})
    tags = as_map(call.params.get("Tags"), "TagKey", "TagValue")
    if tags:
        place.tag_resource(identifier, tags)
    return {
        "ReplicaKeyMetadata": replica.to_dict()["KeyMetadata"],
        "ReplicaPolicy": replica.policy,
        "ReplicaTags": call.params.get("Tags") or [],
    }


def _replica(primary: Any, region: str, call: Call) -> Any:
    replica = copy.copy(primary)
    replica.region, replica.arn = region, primary.arn.replace(f":{primary.region}:", f":{region}:")
    replica.description = call.params.get("Description") or ""
    replica.policy = call.params.get("Policy") or primary.generate_default_policy()
    replica.grants, replica.aliases = {}, {}
    replica.multi_region_configuration = {**primary.multi_region_configuration, "MultiRegionKeyType": "REPLICA"}
    return replica
