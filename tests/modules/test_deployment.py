"""Blue-green deployments: how the traffic moves, what stops and undoes them, and the little that CodeDeploy may do."""

from __future__ import annotations

import json
from typing import Any

import pytest

ARN = "arn:aws:{}:us-east-1:123456789012:{}"
LISTENER = ARN.format("elasticloadbalancing", "listener/app/shop/50dc6c495c0c9188/f2f7dc8efc522ab2")
TEST_LISTENER = ARN.format("elasticloadbalancing", "listener/app/shop/50dc6c495c0c9188/0467ef3c8400ae65")
RULES = [f"{arn.replace(':listener/', ':listener-rule/')}/*" for arn in (LISTENER, TEST_LISTENER)]
ROLES = [f"arn:aws:iam::123456789012:role/shop-{role}" for role in ("execution", "task")]
TOPIC = ARN.format("sns", "shop-alerts")
KEY = ARN.format("kms", "key/11111111-2222-3333-4444-555555555555")

BASE = {
    "name": "shop",
    "alarm_names": ["shop-errors", "shop-latency"],
    "cluster_name": "shop",
    "listener_arn": LISTENER,
    "role_arns": ROLES,
    "service_name": "shop-blue-green",
    "target_group_names": {"blue": "shop-blue", "green": "shop-green"},
    "test_listener_arn": TEST_LISTENER,
}
OWN = {
    **BASE,
    "topic": {"arn": TOPIC, "kms_key_arn": KEY},
    "traffic": {"type": "linear", "percentage": 25, "interval_minutes": 2},
    "termination_wait_minutes": 60,
    "tags": {"team": "shop"},
}
PREDEFINED = {
    "CodeDeployDefault.ECSAllAtOnce": {"type": "all_at_once", "percentage": 25},
    "CodeDeployDefault.ECSCanary10Percent5Minutes": {"type": "canary", "percentage": 10, "interval_minutes": 5},
    "CodeDeployDefault.ECSCanary10Percent15Minutes": {"type": "canary", "interval_minutes": 15},
    "CodeDeployDefault.ECSLinear10PercentEvery1Minutes": {"type": "linear", "interval_minutes": 1},
    "CodeDeployDefault.ECSLinear10PercentEvery3Minutes": {"type": "linear", "interval_minutes": 3},
}
GROUP = "aws_codedeploy_deployment_group.this"
CONFIG = "aws_codedeploy_deployment_config.this[0]"


def values(plan: Any, address: str) -> dict[str, Any]:
    found: dict[str, Any] = plan.modules["module.this"].resources[address]["values"]
    return found


def statements(plan: Any, address: str = "aws_iam_role_policy.this", name: str = "policy") -> dict[str, dict[str, Any]]:
    """Return the policy's statements by their id, with actions and resources as lists."""

    def listed(value: Any) -> Any:
        return [value] if isinstance(value, str) else value

    document = json.loads(values(plan, address)[name])
    lists = ("Action", "Resource")
    return {
        item.get("Sid", ""): {key: listed(value) if key in lists else value for key, value in item.items()}
        for item in document["Statement"]
    }


def test_an_ecs_service_is_deployed_blue_green(plan_module) -> None:
    plan = plan_module("deployment", **BASE)
    assert values(plan, "aws_codedeploy_app.this")["compute_platform"] == "ECS"
    group = values(plan, GROUP)
    assert group["deployment_style"] == [
        {"deployment_option": "WITH_TRAFFIC_CONTROL", "deployment_type": "BLUE_GREEN"},
    ]
    assert group["ecs_service"] == [{"cluster_name": "shop", "service_name": "shop-blue-green"}]
    [pair] = group["load_balancer_info"][0]["target_group_pair_info"]
    assert pair["prod_traffic_route"] == [{"listener_arns": [LISTENER]}]
    assert pair["test_traffic_route"] == [{"listener_arns": [TEST_LISTENER]}]
    assert pair["target_group"] == [{"name": "shop-blue"}, {"name": "shop-green"}]


def test_failures_alarms_and_stops_roll_back(plan_module) -> None:
    group = values(plan_module("deployment", **BASE), GROUP)
    [rollback], [alarms] = group["auto_rollback_configuration"], group["alarm_configuration"]
    assert rollback["enabled"] is True
    assert sorted(rollback["events"]) == [
        "DEPLOYMENT_FAILURE",
        "DEPLOYMENT_STOP_ON_ALARM",
        "DEPLOYMENT_STOP_ON_REQUEST",
    ]
    assert (alarms["enabled"], alarms["ignore_poll_alarm_failure"]) == (True, False)
    assert sorted(alarms["alarms"]) == BASE["alarm_names"]


@pytest.mark.parametrize(("inputs", "minutes"), [(BASE, 5), (OWN, 60)])
def test_old_tasks_stay_for_a_while(plan_module, inputs: dict[str, Any], minutes: int) -> None:
    [config] = values(plan_module("deployment", **inputs), GROUP)["blue_green_deployment_config"]
    assert config["deployment_ready_option"][0]["action_on_timeout"] == "CONTINUE_DEPLOYMENT"
    assert config["terminate_blue_instances_on_deployment_success"] == [
        {"action": "TERMINATE", "termination_wait_time_in_minutes": minutes},
    ]


def test_the_default_is_a_canary_that_aws_has_already(plan_module) -> None:
    plan = plan_module("deployment", **BASE)
    assert values(plan, GROUP)["deployment_config_name"] == "CodeDeployDefault.ECSCanary10Percent5Minutes"
    assert CONFIG not in plan.modules["module.this"].resources


def test_what_aws_has_not_is_a_configuration_of_our_own(plan_module) -> None:
    plan = plan_module("deployment", **OWN)
    name = "shop-linear-25-percent-2-minutes"
    config = values(plan, CONFIG)
    assert (config["deployment_config_name"], config["compute_platform"]) == (name, "ECS")
    [routing] = config["traffic_routing_config"]
    assert (routing["type"], routing["time_based_canary"]) == ("TimeBasedLinear", [])
    assert routing["time_based_linear"] == [{"interval": 2, "percentage": 25}]
    assert values(plan, GROUP)["deployment_config_name"] == name


@pytest.fixture(scope="session")
def many(tmp_path_factory: pytest.TempPathFactory, open_root: Any, shared_folder: Any) -> Any:
    """Return one plan of many calls: each predefined shift, our own canary, and a call whose ARNs are all unknown."""
    import tftest  # noqa: PLC0415

    from tests.modules.conftest import MODULES, run, wrapper  # noqa: PLC0415

    root = tmp_path_factory.mktemp("deployments")
    document = wrapper("deployment", BASE)
    calls = {f"p{index}": {"traffic": traffic} for index, traffic in enumerate(PREDEFINED.values())}
    calls["canary"] = {"traffic": {"type": "canary", "percentage": 20}}
    calls["longest"] = {"traffic": {"type": "linear", "percentage": 50, "interval_minutes": 2880}}
    unknown = "${terraform_data.unknown.id}"
    calls["unknown"] = {
        "alarm_names": [unknown],
        "cluster_name": unknown,
        "listener_arn": unknown,
        "role_arns": [unknown],
        "service_name": unknown,
        "target_group_names": {"blue": unknown, "green": unknown},
        "test_listener_arn": unknown,
        "topic": {"arn": unknown, "kms_key_arn": unknown},
    }
    document["module"] = {name: {**document["module"]["this"], **call} for name, call in calls.items()}
    document["resource"] = {"terraform_data": {"unknown": {}}}
    del document["output"]
    (root / "main.tf.json").write_text(json.dumps(document))
    (root / "modules").symlink_to(MODULES)
    terraform = open_root(root)
    run(terraform, "plan", shared_folder, input=False, out="plan.tfplan")
    return tftest.TerraformPlanOutput(terraform.capture("show", "plan.tfplan", json=True).json())


@pytest.mark.parametrize(("index", "name"), list(enumerate(PREDEFINED)))
def test_shifts_that_aws_has_are_used(many, index: int, name: str) -> None:
    resources = many.modules[f"module.p{index}"].resources
    assert resources[GROUP]["values"]["deployment_config_name"] == name
    assert CONFIG not in resources


def test_a_canary_of_our_own_carries_its_values(many) -> None:
    config = many.modules["module.canary"].resources[CONFIG]["values"]
    assert config["deployment_config_name"] == "shop-canary-20-percent-5-minutes"
    [routing] = config["traffic_routing_config"]
    assert (routing["type"], routing["time_based_linear"]) == ("TimeBasedCanary", [])
    assert routing["time_based_canary"] == [{"interval": 5, "percentage": 20}]


def test_the_longest_shift_that_codedeploy_allows_is_accepted(many) -> None:
    config = many.modules["module.longest"].resources[CONFIG]["values"]
    assert config["deployment_config_name"] == "shop-linear-50-percent-2880-minutes"


def test_nothing_need_be_known_when_planning(many) -> None:
    group = many.modules["module.unknown"].resources[GROUP]["values"]
    assert group["deployment_config_name"] == "CodeDeployDefault.ECSCanary10Percent5Minutes"
    assert [trigger["trigger_name"] for trigger in group["trigger_configuration"]] == ["shop-trouble"]


def test_the_role_is_codedeploys_for_this_group_only(plan_module) -> None:
    plan = plan_module("deployment", **BASE)
    [trust] = statements(plan, "aws_iam_role.this", "assume_role_policy").values()
    assert trust["Principal"] == {"Service": "codedeploy.amazonaws.com"}
    assert trust["Condition"] == {
        "StringEquals": {"aws:SourceAccount": "123456789012"},
        "ArnLike": {"aws:SourceArn": ARN.format("codedeploy", "deploymentgroup:shop/shop")},
    }
    assert not [name for name in plan.modules["module.this"].resources if "attachment" in name]


def test_the_role_may_only_replace_this_services_tasks_and_move_these_rules(plan_module) -> None:
    policy = statements(plan_module("deployment", **BASE))
    assert set(policy) == {"ReplaceTaskSets", "PassTaskRoles", "MoveTraffic", "ReadLoadBalancerAndAlarms"}
    assert sorted(policy["ReplaceTaskSets"]["Resource"]) == [
        ARN.format("ecs", "service/shop/shop-blue-green"),
        ARN.format("ecs", "task-set/shop/shop-blue-green/*"),
    ]
    assert sorted(policy["MoveTraffic"]["Resource"]) == sorted([LISTENER, TEST_LISTENER, *RULES])
    assert policy["PassTaskRoles"]["Action"] == ["iam:PassRole"]
    assert sorted(policy["PassTaskRoles"]["Resource"]) == ROLES
    assert policy["PassTaskRoles"]["Condition"] == {
        "StringEquals": {"iam:PassedToService": "ecs-tasks.amazonaws.com"},
    }
    everywhere = [action for item in policy.values() if item["Resource"] == ["*"] for action in item["Action"]]
    assert everywhere
    assert [action for action in everywhere if not action.split(":")[1].startswith("Describe")] == []


def test_the_role_may_do_what_aws_says_it_must(plan_module) -> None:
    """AWSCodeDeployRoleForECS, without Lambda functions (no hooks) and S3 (the AppSpec is in the request)."""
    actions = {action for item in statements(plan_module("deployment", **OWN)).values() for action in item["Action"]}
    needed = {
        "cloudwatch:DescribeAlarms",
        "ecs:CreateTaskSet",
        "ecs:DeleteTaskSet",
        "ecs:DescribeServices",
        "ecs:UpdateServicePrimaryTaskSet",
        "elasticloadbalancing:DescribeListeners",
        "elasticloadbalancing:DescribeRules",
        "elasticloadbalancing:DescribeTargetGroups",
        "elasticloadbalancing:ModifyListener",
        "elasticloadbalancing:ModifyRule",
        "iam:PassRole",
        "sns:Publish",
    }
    assert actions - {"kms:Decrypt", "kms:GenerateDataKey"} == needed


def test_a_topic_hears_of_trouble_through_its_key(plan_module) -> None:
    plan = plan_module("deployment", **OWN)
    [trigger] = values(plan, GROUP)["trigger_configuration"]
    assert trigger["trigger_target_arn"] == TOPIC
    assert sorted(trigger["trigger_events"]) == ["DeploymentFailure", "DeploymentRollback", "DeploymentStop"]
    policy = statements(plan)
    assert policy["Notify"]["Resource"] == [TOPIC]
    assert policy["EncryptNotifications"]["Resource"] == [KEY]
    assert policy["EncryptNotifications"]["Condition"] == {
        "StringEquals": {"kms:ViaService": "sns.us-east-1.amazonaws.com"},
    }


def test_without_a_topic_nobody_is_told(plan_module) -> None:
    assert values(plan_module("deployment", **BASE), GROUP)["trigger_configuration"] == []


def test_tags_are_on_all_that_can_carry_them(plan_module) -> None:
    plan = plan_module("deployment", **OWN)
    tagged = {
        name: item["values"]["tags"]
        for name, item in plan.modules["module.this"].resources.items()
        if item["mode"] == "managed" and "tags" in item["values"]
    }
    assert tagged == dict.fromkeys(("aws_codedeploy_app.this", GROUP, "aws_iam_role.this"), OWN["tags"])


def refused(plan_module: Any, **inputs: Any) -> str:
    """Return what Terraform says against these inputs, on one line."""
    with pytest.raises(AssertionError) as caught:
        plan_module("deployment", **{**BASE, **inputs})
    return " ".join(str(caught.value).split())


def test_wrong_inputs_are_refused_with_what_to_write(plan_module) -> None:
    said = refused(
        plan_module,
        name="Shop",
        alarm_names=[ARN.format("cloudwatch", f"alarm:{number}") for number in range(11)],
        listener_arn="shop",
        role_arns=["arn:aws:iam::123456789012:role/*"],
        target_group_names={"blue": "shop-blue", "red": "shop-red"},
        termination_wait_minutes=2881,
        traffic={"type": "all", "percentage": 100, "interval_minutes": 2881},
    )
    for text in (
        "name: write 3 to 30",
        "alarm_names: write 1 to 10",
        "alarm_names: write names, not ARNs",
        "listener_arn: write the ARN",
        "role_arns: write the ARNs",
        "target_group_names: write two names",
        "termination_wait_minutes: write whole minutes",
        "traffic.type: write",
        "traffic.percentage: write",
        "traffic.interval_minutes: write",
    ):
        assert text in said, text


def test_too_little_is_refused_and_a_shift_that_takes_too_long(plan_module) -> None:
    said = refused(
        plan_module,
        alarm_names=[],
        role_arns=[],
        termination_wait_minutes=2.5,
        traffic={"type": "linear", "percentage": 7, "interval_minutes": 206},
    )
    for text in (
        "alarm_names: write 1 to 10",
        "role_arns: write the ARNs",
        "termination_wait_minutes: write whole minutes",
        "traffic: 15 steps take longer than the 2880 minutes",
    ):
        assert text in said, text


def test_zero_is_refused_and_a_listener_of_another_kind(plan_module) -> None:
    said = refused(
        plan_module,
        test_listener_arn=TEST_LISTENER.replace("/app/", "/net/"),
        traffic={"type": "linear", "percentage": 0, "interval_minutes": 0},
    )
    for text in (
        "test_listener_arn: write the ARN",
        "traffic.percentage: write",
        "traffic.interval_minutes: write",
    ):
        assert text in said, text


def test_viewers_and_tests_have_listeners_of_their_own(plan_module) -> None:
    said = refused(plan_module, test_listener_arn=LISTENER)
    assert "test_listener_arn: write another listener than listener_arn" in said
