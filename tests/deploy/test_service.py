"""What the root outputs must say, and which images may be deployed."""

from __future__ import annotations

from typing import Any

import pytest

from generator.deploy.service import checked_image, release_of, service_of
from generator.diagnostics import UserError

ARN = "arn:aws:ecs:us-east-1:123456789012:task-definition/shop:3"
SERVICE: dict[str, Any] = {
    "cluster": "shop",
    "service": "shop-blue-green",
    "container": "shop",
    "port": 8443,
    "task_definition": ARN,
    "one_off_task_definitions": {"migrate": ARN},
    "capacity_provider_strategy": [{"capacity_provider": "FARGATE", "base": 3, "weight": 1}],
    "subnet_ids": ["subnet-1", "subnet-2"],
    "security_group_id": "sg-1",
    "log_group": "/ecs/shop",
}


def test_a_service_is_read_from_its_output() -> None:
    service = service_of({"service": SERVICE}, "shop")
    assert service.account == "123456789012"
    assert service.network() == {
        "subnets": ["subnet-1", "subnet-2"], "securityGroups": ["sg-1"], "assignPublicIp": "DISABLED"
    }  # fmt: skip
    assert service.capacity() == [{"capacityProvider": "FARGATE", "base": 3, "weight": 1}]


@pytest.mark.parametrize(
    ("outputs", "message"),
    [
        ({}, "shop is not deployed here"),
        ({"url": "https://x"}, 'no output "service"'),
        ({"service": {k: v for k, v in SERVICE.items() if k not in ("port", "log_group")}}, "lacks port, log_group"),
    ],
)
def test_what_is_missing_is_named(outputs: dict[str, Any], message: str) -> None:
    with pytest.raises(UserError, match=message):
        service_of(outputs, "shop")


def test_a_rolling_deployment_is_told_how_it_is_deployed() -> None:
    with pytest.raises(UserError) as caught:
        release_of({"service": SERVICE}, "shop")
    assert "TF_VAR_image=IMAGE make apply" in caught.value.remedy


@pytest.mark.parametrize(
    "image",
    ["shop:1", "registry.example.com:5000/a/b:1.2.3-rc.1", f"shop@sha256:{'0a' * 32}", f"shop:1@sha256:{'0a' * 32}"],
)
def test_images_of_one_build_may_be_deployed(image: str) -> None:
    assert checked_image(image) == image


@pytest.mark.parametrize("image", ["shop", "shop:latest", "shop:", "a b:1", "shop@sha256:12", "registry:5000/shop", ""])
def test_other_images_are_refused(image: str) -> None:
    with pytest.raises(UserError):
        checked_image(image)
