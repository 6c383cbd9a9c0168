"""What holds of every tier's plan beside the features of the architecture, which tests/features proves."""

from __future__ import annotations

from typing import Any

from tests.conftest import Planned
from tests.features.reading import Evidence, Reading


def test_the_plan_warns_of_nothing(tier_planned: Planned) -> None:
    assert tier_planned.ran.err == ""
    assert "deprecated" not in (tier_planned.folder / ".tierform" / "terraform.log").read_text().lower()


def test_every_taggable_resource_is_tagged(tier: str, tier_json: dict[str, Any]) -> None:
    wanted = {"application", "tier", "environment", "owner", "cost-centre", "managed-by"}
    values = {change["address"]: change["change"]["after"] or {} for change in tier_json["resource_changes"]}
    tagged = {address: after["tags_all"] for address, after in values.items() if after.get("tags_all") is not None}
    assert len(tagged) > 100
    for address, tags in tagged.items():
        assert wanted <= set(tags), address
        assert tags["tier"] == tier, address


def test_it_is_deletion_protected(tier_json: dict[str, Any]) -> None:
    reading = Reading(Evidence(tier_json, {}))
    assert reading.one("database", "aws_db_instance.this")["deletion_protection"] is True
    assert reading.one("balancer", "aws_lb.this")["enable_deletion_protection"] is True
