"""What a deployed root module says of its service: the outputs `service` and `release`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from generator.diagnostics import UserError

# As the module ecs-fargate demands it: a name with the tag of one build, or a digest.
IMAGE = re.compile(r"[^\s@]*[^\s:@/](:[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}|(:[\w.-]{1,128})?@sha256:[0-9a-f]{64})")


@dataclass(frozen=True, slots=True)
class Service:
    """An ECS service and what its tasks need; `task_definition` is the one that Terraform made last."""

    cluster: str
    service: str
    container: str
    port: int
    task_definition: str
    one_off_task_definitions: Mapping[str, str]
    capacity_provider_strategy: tuple[Mapping[str, Any], ...]
    subnet_ids: tuple[str, ...]
    security_group_id: str
    log_group: str

    @property
    def account(self) -> str:
        """Return the account that the service runs in."""
        return self.task_definition.split(":")[4]

    def network(self) -> dict[str, Any]:
        """Return the network of its tasks, as the ECS API takes it."""
        return {
            "subnets": list(self.subnet_ids),
            "securityGroups": [self.security_group_id],
            "assignPublicIp": "DISABLED",
        }

    def capacity(self) -> list[dict[str, Any]]:
        """Return the capacity of its tasks, as the ECS API takes it."""
        return [
            {
                "capacityProvider": share["capacity_provider"],
                "base": int(share["base"]),
                "weight": int(share["weight"]),
            }
            for share in self.capacity_provider_strategy
        ]


@dataclass(frozen=True, slots=True)
class Release:
    """The CodeDeploy deployment group of a service, and the one-off tasks that run before traffic moves."""

    application: str
    deployment_group: str
    before: tuple[str, ...]


def service_of(outputs: Mapping[str, Any], name: str) -> Service:
    """Return the service of the deployment `name` from its root outputs; raises UserError if they do not tell."""
    if not outputs:
        raise UserError(f"{name} is not deployed here", "run `make apply` first")
    value = outputs.get("service")
    if not isinstance(value, Mapping):
        raise UserError(
            f'{name} has no output "service", so its tasks are not known',
            "give the blueprint the output of blueprints/campus.yaml, and apply it",
        )
    missing = [field for field in Service.__dataclass_fields__ if field not in value]
    if missing:
        raise UserError(f'{name}: the output "service" lacks {", ".join(missing)}', "see blueprints/campus.yaml")
    given: dict[str, Any] = {field: value[field] for field in Service.__dataclass_fields__}
    for field in ("capacity_provider_strategy", "subnet_ids"):
        given[field] = tuple(given[field])
    return Service(**given)


def release_of(outputs: Mapping[str, Any], name: str) -> Release:
    """Return the deployment group of the deployment `name`; raises UserError if it is a rolling one."""
    value = outputs.get("release")
    if not isinstance(value, Mapping):
        raise UserError(
            f'{name} has no output "release": its service is deployed by ECS itself, in a rolling way',
            "give the image to Terraform: `TF_VAR_image=IMAGE make apply`",
        )
    return Release(str(value["application"]), str(value["deployment_group"]), tuple(value.get("before") or ()))


def checked_image(image: str) -> str:
    """Return `image` if it names one build; raises UserError for anything else."""
    if not IMAGE.fullmatch(image):
        raise UserError(f'"{image}" is no image with a tag or a digest', "write it as repository:1.4.2")
    if re.search(r":latest(@|$)", image):
        raise UserError(f'"{image}" may be another build tomorrow', "write the tag of one build, or a digest")
    return image
