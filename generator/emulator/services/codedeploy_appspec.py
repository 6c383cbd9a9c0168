"""AppSpec files of ECS deployments: JSON or YAML in, what they deploy out."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import Any

import yaml

from generator.emulator.registry import fail

INVALID = "InvalidRevisionException"
HOOKS = frozenset({"BeforeInstall", "AfterInstall", "AfterAllowTestTraffic", "BeforeAllowTraffic", "AfterAllowTraffic"})


@dataclass(frozen=True)
class AppSpec:
    """The task set that a revision asks for: networks and capacity are None where the service's own are kept."""

    task_definition: str
    container: str
    port: int
    platform_version: str | None = None
    network: dict[str, Any] | None = None
    capacity: list[dict[str, Any]] | None = None


def content_of(revision: dict[str, Any] | None) -> str:
    """Return the AppSpec in a revision. Answers with AWS's errors if there is none or its checksum is wrong."""
    if not revision:
        fail("RevisionRequiredException", "The revision ID was not specified.")
    kinds = {"AppSpecContent": "appSpecContent", "String": "string"}
    kind = str(revision.get("revisionType"))
    if kind not in kinds:
        fail(INVALID, f"The emulator reads revisions of type AppSpecContent and String, not {kind}.")
    held = revision.get(kinds[kind]) or {}
    content = held.get("content") or ""
    if not content.strip():
        fail(INVALID, "The AppSpecContent is null or empty.")
    checksum = held.get("sha256")
    if checksum and checksum != sha256(content):
        fail(INVALID, "The AppSpecContent's sha256 does not match its content.")
    return str(content)


def sha256(content: str) -> str:
    """Return the checksum by which AWS names a revision."""
    return hashlib.sha256(content.encode()).hexdigest()


def parse(content: str) -> AppSpec:
    """Return what an AppSpec says. Answers with InvalidRevisionException if it is broken."""
    spec = _load(content)
    _check_hooks(_either(spec, "Hooks"))
    properties = _service(_either(spec, "Resources"))
    balancer = properties.get("LoadBalancerInfo")
    if not isinstance(balancer, dict) or not balancer.get("ContainerName") or "ContainerPort" not in balancer:
        fail(INVALID, "The AppSpec file's LoadBalancerInfo needs ContainerName and ContainerPort.")
    try:
        port = int(balancer["ContainerPort"])
    except (TypeError, ValueError):
        fail(INVALID, f"The AppSpec file's ContainerPort is no number: {balancer['ContainerPort']}")
    if not properties.get("TaskDefinition"):
        fail(INVALID, "The AppSpec file's TaskDefinition is missing.")
    return AppSpec(
        task_definition=str(properties["TaskDefinition"]),
        container=str(balancer["ContainerName"]),
        port=port,
        platform_version=properties.get("PlatformVersion"),
        network=_camel(properties.get("NetworkConfiguration")),
        capacity=_camel(properties.get("CapacityProviderStrategy")),
    )


def _load(content: str) -> dict[str, Any]:
    try:
        spec = json.loads(content)
    except ValueError:
        try:
            spec = yaml.safe_load(content)
        except yaml.YAMLError as error:
            fail(INVALID, f"The AppSpec file cannot be parsed: {error}".replace("\n", " "))
    if not isinstance(spec, dict):
        fail(INVALID, "The AppSpec file is no map.")
    if "version" not in {str(key).lower() for key in spec}:
        fail(INVALID, "The AppSpec file's version is missing.")
    return spec


def _either(spec: dict[str, Any], name: str) -> Any:
    """Return a section: its name is accepted with a capital and without."""
    return spec.get(name, spec.get(name.lower()))


def _service(resources: Any) -> dict[str, Any]:
    if not isinstance(resources, list) or len(resources) != 1 or not isinstance(resources[0], dict):
        fail(INVALID, "The AppSpec file needs exactly one resource.")
    (resource,) = list(resources[0].values()) or [None]
    if not isinstance(resource, dict) or resource.get("Type") != "AWS::ECS::Service":
        fail(INVALID, "The AppSpec file's resource is no AWS::ECS::Service.")
    properties = resource.get("Properties")
    if not isinstance(properties, dict):
        fail(INVALID, "The AppSpec file's resource has no Properties.")
    return properties


def _check_hooks(hooks: Any) -> None:
    for hook in hooks or []:
        unknown = set(hook) - HOOKS if isinstance(hook, dict) else {str(hook)}
        if unknown:
            fail(INVALID, f"The AppSpec file has an unknown hook: {', '.join(sorted(unknown))}")


def _camel(value: Any) -> Any:
    """Return the value with names as ECS's API has them."""
    if isinstance(value, dict):
        return {f"{key[:1].lower()}{key[1:]}": _camel(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_camel(item) for item in value]
    return value
