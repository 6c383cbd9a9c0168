"""`tierform deploy` and `tierform task` by the real command on the emulator's ECS and CodeDeploy.

The tests build on one another, as deployments do: each begins with what the one before has left.
"""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.apply.shop import ALARM, Shop
from tests.conftest import PROJECT

IMAGE = "registry.example.com/shop"


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory, catalog: Path) -> Iterator[Shop]:
    """Yield the command with the shop applied on an emulator of its own."""
    command = Shop(tmp_path_factory.mktemp("deploy") / "build", catalog)
    command.open("shop.yaml")
    yield command
    command("emulator", "stop")


def service(own: Shop) -> dict[str, Any]:
    [found] = own.call("ecs", "describe_services", cluster="shop", services=["shop-blue-green"])["services"]
    return dict(found)


def serving(own: Shop) -> str:
    """Return the image that viewers reach."""
    definition = own.call("ecs", "describe_task_definition", taskDefinition=service(own)["taskDefinition"])
    return str(definition["taskDefinition"]["containerDefinitions"][0]["image"])


def weights(own: Shop) -> dict[str, int]:
    """Return the share of the production rule's requests by target group."""
    [balancer] = own.call("elbv2", "describe_load_balancers")["LoadBalancers"]
    listeners = own.call("elbv2", "describe_listeners", LoadBalancerArn=balancer["LoadBalancerArn"])["Listeners"]
    listener = next(item for item in listeners if item["Port"] == 443)
    rules = own.call("elbv2", "describe_rules", ListenerArn=listener["ListenerArn"])["Rules"]
    [action] = next(item for item in rules if not item["IsDefault"])["Actions"]
    groups = (action.get("ForwardConfig") or {}).get("TargetGroups") or [{"TargetGroupArn": action["TargetGroupArn"]}]
    return {group["TargetGroupArn"].split("/")[1]: int(group.get("Weight", 1)) for group in groups}


def start(own: Shop, *arguments: str) -> subprocess.Popen[str]:
    """Start a deployment and return its process while it goes on."""
    return subprocess.Popen(
        [sys.executable, "-u", "-m", "generator", "deploy", own.shop, *arguments],
        cwd=PROJECT, env=own.environ, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        stdin=subprocess.DEVNULL,
    )  # fmt: skip


def until_traffic_moves(process: subprocess.Popen[str]) -> None:
    assert process.stdout is not None
    for line in process.stdout:
        if "moving traffic" in line:
            return
    raise AssertionError(f"no traffic was moved: {process.communicate()}")


def test_a_deployment_moves_all_traffic_and_terraform_leaves_it(own: Shop) -> None:
    before = service(own)["taskDefinition"]
    ran = own.ok("deploy", own.shop, "--image", f"{IMAGE}:1.1.0")
    assert re.search(r"migrate +[\d.]+ s  exit code 0", ran.out)
    assert "25 % of the traffic on the new ones" in ran.out
    assert f"shop-blue-green runs {IMAGE}:1.1.0." in ran.out
    assert serving(own) == f"{IMAGE}:1.1.0"
    assert weights(own) == {"shop-blue": 0, "shop-green": 100}
    own.assert_nothing_to_change()
    old, new = (
        own.call("ecs", "describe_task_definition", taskDefinition=arn)["taskDefinition"]
        for arn in (before, service(own)["taskDefinition"])
    )
    for definition in (old, new):
        for name in ("taskDefinitionArn", "revision", "registeredAt"):
            definition.pop(name)
    assert old.pop("containerDefinitions")[0].pop("image") != new.pop("containerDefinitions")[0].pop("image")
    assert old == new, "the revision differs only in its image"


def test_what_runs_already_is_deployed_only_again(own: Shop) -> None:
    ran = own.ok("deploy", own.shop, "--image", f"{IMAGE}:1.1.0")
    assert "nothing to deploy" in ran.out
    ran = own.ok("deploy", own.shop, "--again")
    assert f"shop-blue-green runs {IMAGE}:1.1.0." in ran.out
    assert weights(own) == {"shop-blue": 100, "shop-green": 0}


def test_an_alarm_sends_all_traffic_back(own: Shop) -> None:
    process = start(own, "--image", f"{IMAGE}:1.2.0")
    until_traffic_moves(process)
    assert 0 < weights(own)["shop-green"] < 100
    own.ring("ALARM")
    out, err = process.communicate()
    own.ring("OK")
    assert process.returncode == 1
    assert "roll back" in out
    assert "was stopped: " in err
    assert ALARM in err
    assert f"remedy: {IMAGE}:1.1.0 serves all traffic" in err
    assert serving(own) == f"{IMAGE}:1.1.0"
    assert weights(own) == {"shop-blue": 100, "shop-green": 0}
    own.assert_nothing_to_change()
    followed = own("deploy", own.shop, "--follow")
    assert (followed.code, ALARM in followed.err) == (1, True), "what was rolled back is no success afterwards"


def test_while_an_alarm_rings_only_what_mends_it_is_deployed(own: Shop) -> None:
    own.ring("ALARM")
    assert own("deploy", own.shop, "--image", f"{IMAGE}:1.2.1").code == 1
    assert serving(own) == f"{IMAGE}:1.1.0"
    own.ok("deploy", own.shop, "--image", f"{IMAGE}:1.2.1", "--despite-alarms")
    own.ring("OK")
    assert serving(own) == f"{IMAGE}:1.2.1"


def test_nothing_is_torn_down_in_the_middle_of_a_deployment(own: Shop) -> None:
    process = start(own, "--image", f"{IMAGE}:1.2.2")
    until_traffic_moves(process)
    refused = own("destroy", own.shop)
    assert (refused.code, "is under way" in refused.err) == (2, True)
    process.communicate()
    assert process.returncode == 0


def test_an_interrupted_deployment_goes_on_and_is_followed_again(own: Shop) -> None:
    process = start(own, "--image", f"{IMAGE}:1.3.0")
    until_traffic_moves(process)
    with own.minute_takes(30):
        process.send_signal(signal.SIGINT)
        out, err = process.communicate()
        assert process.returncode == 130, out + err
        assert f"Follow it again: tierform deploy {own.shop} --follow" in out
        assert "Traceback" not in err
        other = own("deploy", own.shop, "--image", f"{IMAGE}:1.4.0")
        assert other.code == 2
        assert f"of {IMAGE}:1.3.0 is under way" in other.err
    ran = own.ok("deploy", own.shop, "--follow")
    assert "migrate" not in ran.out, "the migration has run"
    assert serving(own) == f"{IMAGE}:1.3.0"
    own.assert_nothing_to_change()


def test_a_killed_deployment_goes_on_too(own: Shop) -> None:
    process = start(own, "--image", f"{IMAGE}:1.4.0")
    until_traffic_moves(process)
    process.kill()
    process.communicate()
    ran = own.ok("deploy", own.shop, "--image", f"{IMAGE}:1.4.0")
    assert "is under way already" in ran.out
    assert serving(own) == f"{IMAGE}:1.4.0"


def test_a_deployment_can_be_stopped(own: Shop) -> None:
    process = start(own, "--image", f"{IMAGE}:1.5.0")
    until_traffic_moves(process)
    stopped = own.ok("deploy", own.shop, "--stop")
    assert f"Stopped. {IMAGE}:1.4.0 serves all traffic." in stopped.out
    _, err = process.communicate()
    assert process.returncode == 1
    assert "was stopped: " in err
    assert serving(own) == f"{IMAGE}:1.4.0"
    nothing = own("deploy", own.shop, "--stop")
    assert (nothing.code, "no deployment is under way" in nothing.err) == (2, True)


def test_a_failing_migration_moves_no_traffic_and_passes_its_exit_code_on(own: Shop) -> None:
    own.task_ends_with("shop-migrate", 3)
    ran = own("deploy", own.shop, "--image", f"{IMAGE}:1.6.0")
    assert ran.code == 1
    assert re.search(r"error: shop-migrate:\d+ failed: exit code 3", ran.err)
    assert "no traffic was moved" in ran.err
    assert serving(own) == f"{IMAGE}:1.4.0"
    alone = own("task", own.shop, "migrate", "--image", f"{IMAGE}:1.6.0")
    assert (alone.code, "exit code 3" in alone.err) == (1, True)
    own.task_ends_with("shop-migrate", 0)
    assert "exit code 0" in own.ok("task", own.shop, "migrate").out


def test_an_image_that_is_not_there_is_named(own: Shop) -> None:
    missing = "123456789012.dkr.ecr.us-east-1.amazonaws.com/shop:9.9.9"
    ran = own("task", own.shop, "migrate", "--image", missing)
    assert ran.code == 1
    assert "it did not start (CannotPullContainerError" in ran.err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("deploy", "shop", "--image", f"{IMAGE}:latest"), "may be another build tomorrow"),
        (("deploy", "shop", "--image", "no-tag"), "no image with a tag or a digest"),
        (("task", "shop", "migrat"), 'did you mean "migrate"?'),
        (("deploy", "tier1"), "tier1 is not deployed on local"),
    ],
)
def test_wrong_input_is_named_and_changes_nothing(own: Shop, arguments: tuple[str, ...], message: str) -> None:
    ran = own(*(own.shop if word == "shop" else word for word in arguments))
    assert ran.code == 2
    assert message in ran.err
    assert "Traceback" not in ran.err


def test_what_deployments_changed_is_no_drift_and_what_somebody_changed_is(own: Shop) -> None:
    ran = own("drift", own.shop)
    assert (ran.code, "No drift" in ran.out) == (0, True), ran.out + ran.err
    [balancer] = own.call("elbv2", "describe_load_balancers")["LoadBalancers"]
    timeout = {"Key": "idle_timeout.timeout_seconds", "Value": "4000"}
    own.call(
        "elbv2", "modify_load_balancer_attributes", LoadBalancerArn=balancer["LoadBalancerArn"], Attributes=[timeout]
    )
    [group] = balancer["SecurityGroups"]
    opened = {"IpProtocol": "tcp", "FromPort": 8022, "ToPort": 8022, "IpRanges": [{"CidrIp": "192.0.2.0/24"}]}
    own.call("ec2", "authorize_security_group_ingress", GroupId=group, IpPermissions=[opened])
    own.call("logs", "delete_log_group", logGroupName="/ecs/shop")
    ran = own("drift", own.shop, "--json")
    assert ran.code == 1, ran.err
    found = {item["address"]: item for item in json.loads(ran.out)["drift"]}
    assert {address.split(".", 2)[2]: item["gone"] for address, item in found.items()} == {
        "aws_lb.this": False, "aws_security_group.this": False, "aws_cloudwatch_log_group.this": True,
    }  # fmt: skip
    differences = [it for item in found.values() for it in item["differences"]]
    assert {"argument": "idle_timeout", "applied": "60", "now": "4000"} in differences
    assert {"argument": "ingress", "applied": "nothing", "now": "tcp 8022-8022 192.0.2.0/24"} in differences
    own.ok("apply", own.shop)
    again = own("drift", own.shop)
    assert again.code == 1
    assert "tcp 8022-8022 192.0.2.0/24 is there" in again.out, "Terraform does not take away what it does not know"
    own.call("ec2", "revoke_security_group_ingress", GroupId=group, IpPermissions=[opened])
    assert own("drift", own.shop).code == 0


def test_a_deployment_of_the_same_name_is_not_planned_beside_it(own: Shop, tmp_path: Path) -> None:
    (tmp_path / "second.yaml").write_text(own.blueprint.read_text())
    ran = own("plan", str(tmp_path / "second.yaml"))
    assert ran.code == 2
    assert "shop is deployed already" in ran.err
    assert "--deployment shop" in ran.err
    assert "Nothing is to change." in own.ok("plan", str(tmp_path / "second.yaml"), "--deployment", "shop").out


def test_terraform_itself_runs_on_what_is_deployed(own: Shop) -> None:
    assert "module.web.aws_ecs_cluster.this" in own.ok("terraform", own.shop, "state", "list").out
    assert own("terraform", own.shop, "state", "show", "module.nothing.at_all").code == 1
