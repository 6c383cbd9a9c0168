"""The cheaper choice: the same composition, deployed by ECS itself, as the README tells how."""

from __future__ import annotations

import json
import re
from pathlib import Path

from tests.conftest import PROJECT, Tierform


def test_the_rolling_blueprint_of_the_docs_plans(tierform: Tierform, tmp_path: Path) -> None:
    text = (PROJECT / "docs" / "deploying.md").read_text()
    [blueprint] = re.findall(r"```yaml\n# rolling\.yaml\n(.*?)```", text, re.DOTALL)
    (tmp_path / "rolling.yaml").write_text(blueprint)
    tierform.ok("plan", str(tmp_path / "rolling.yaml"))
    plan = json.loads((tierform.build / "rolling" / "plan.json").read_bytes())
    planned = {
        item["address"]: item["change"]["after"] for item in plan["resource_changes"] if item["mode"] == "managed"
    }
    service = planned["module.web.aws_ecs_service.this[0]"]
    assert service["deployment_controller"] == [{"type": "ECS"}]
    assert service["deployment_circuit_breaker"] == [{"enable": True, "rollback": True}]
    assert not [address for address in planned if "codedeploy" in address or "green" in address]
    refused = tierform("deploy", str(tmp_path / "rolling.yaml"), "--image", "shop:1")
    assert (refused.code, "is not deployed on local" in refused.err) == (2, True)
