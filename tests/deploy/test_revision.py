"""Revisions that differ only in their image, and when two are the same."""

from __future__ import annotations

from typing import Any

from generator.deploy.revision import READ_ONLY, image_of, same, short, with_image

DEFINITION: dict[str, Any] = {
    "taskDefinitionArn": "arn:aws:ecs:us-east-1:123456789012:task-definition/shop:3",
    "family": "shop",
    "revision": 3,
    "status": "ACTIVE",
    "cpu": "2048",
    "containerDefinitions": [
        {"name": "shop", "image": "shop:1", "environment": [{"name": "A", "value": "1"}, {"name": "B", "value": "2"}]},
        {"name": "sidecar", "image": "sidecar:9"},
    ],
    "tags": [{"key": "tier", "value": "one"}],
}


def test_only_the_image_of_the_one_container_differs() -> None:
    copy = with_image(DEFINITION, "shop", "shop:2")
    assert not set(copy) & set(READ_ONLY)
    assert [item["image"] for item in copy["containerDefinitions"]] == ["shop:2", "sidecar:9"]
    assert with_image(copy, "shop", "shop:1") == {k: v for k, v in DEFINITION.items() if k not in READ_ONLY}
    assert DEFINITION["containerDefinitions"][0]["image"] == "shop:1", "the original is left alone"


def test_number_tags_order_and_empty_settings_do_not_make_a_difference() -> None:
    shuffled = {
        **DEFINITION,
        "revision": 4,
        "tags": [],
        "volumes": [],
        "containerDefinitions": [
            DEFINITION["containerDefinitions"][1] | {"mountPoints": []},
            DEFINITION["containerDefinitions"][0]
            | {"environment": DEFINITION["containerDefinitions"][0]["environment"][::-1]},
        ],
    }
    assert same(DEFINITION, shuffled)


def test_every_other_setting_does() -> None:
    assert not same(DEFINITION, with_image(DEFINITION, "shop", "shop:2"))
    assert not same(DEFINITION, DEFINITION | {"cpu": "1024"})
    fewer = [DEFINITION["containerDefinitions"][0] | {"environment": [{"name": "A", "value": "1"}]}]
    assert not same(DEFINITION, DEFINITION | {"containerDefinitions": fewer})


def test_names_are_read() -> None:
    assert image_of(DEFINITION, "sidecar") == "sidecar:9"
    assert short(DEFINITION["taskDefinitionArn"]) == "shop:3"
