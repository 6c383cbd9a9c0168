data "aws_caller_identity" "current" {}

data "aws_partition" "current" {}

data "aws_region" "current" {}

locals {
  account   = data.aws_caller_identity.current.account_id
  partition = data.aws_partition.current.partition
  region    = data.aws_region.current.id

  shift = var.traffic.type == "all_at_once" ? var.traffic.type : "${var.traffic.type}-${var.traffic.percentage}-percent-${var.traffic.interval_minutes}-minutes"

  # AWS has these already; an account may make 50 of its own.
  predefined = {
    all_at_once                  = "CodeDeployDefault.ECSAllAtOnce"
    canary-10-percent-5-minutes  = "CodeDeployDefault.ECSCanary10Percent5Minutes"
    canary-10-percent-15-minutes = "CodeDeployDefault.ECSCanary10Percent15Minutes"
    linear-10-percent-1-minutes  = "CodeDeployDefault.ECSLinear10PercentEvery1Minutes"
    linear-10-percent-3-minutes  = "CodeDeployDefault.ECSLinear10PercentEvery3Minutes"
  }

  # Written out, not read from the group, because the group is made with the role that names it.
  group_arn = "arn:${local.partition}:codedeploy:${local.region}:${local.account}:deploymentgroup:${var.name}/${var.name}"

  ecs           = "arn:${local.partition}:ecs:${local.region}:${local.account}"
  service       = "${var.cluster_name}/${var.service_name}"
  listener_arns = [var.listener_arn, var.test_listener_arn]

  # The ARN of a rule is its listener's, with another type and one part more.
  rule_arns = [for arn in local.listener_arns : "${replace(arn, ":listener/", ":listener-rule/")}/*"]
}

data "aws_iam_policy_document" "assume" {
  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = ["codedeploy.amazonaws.com"]
    }

    condition {
      test     = "StringEquals"
      variable = "aws:SourceAccount"
      values   = [local.account]
    }

    condition {
      test     = "ArnLike"
      variable = "aws:SourceArn"
      values   = [local.group_arn]
    }
  }
}

# AWSCodeDeployRoleForECS without Lambda functions (no hooks) and S3 (the AppSpec comes with the request), and scoped.
data "aws_iam_policy_document" "this" {
  statement {
    sid = "ReplaceTaskSets"
    actions = [
      "ecs:CreateTaskSet",
      "ecs:DeleteTaskSet",
      "ecs:DescribeServices",
      "ecs:UpdateServicePrimaryTaskSet",
    ]
    resources = ["${local.ecs}:service/${local.service}", "${local.ecs}:task-set/${local.service}/*"]
  }

  statement {
    sid       = "PassTaskRoles"
    actions   = ["iam:PassRole"]
    resources = var.role_arns

    condition {
      test     = "StringEquals"
      variable = "iam:PassedToService"
      values   = ["ecs-tasks.amazonaws.com"]
    }
  }

  # The default action, too, is CodeDeploy's to move if it ever forwards to the pair.
  statement {
    sid       = "MoveTraffic"
    actions   = ["elasticloadbalancing:ModifyListener", "elasticloadbalancing:ModifyRule"]
    resources = concat(local.listener_arns, local.rule_arns)
  }

  statement {
    sid = "ReadLoadBalancerAndAlarms"
    actions = [
      "cloudwatch:DescribeAlarms",
      "elasticloadbalancing:DescribeListeners",
      "elasticloadbalancing:DescribeRules",
      "elasticloadbalancing:DescribeTargetGroups",
    ]
    resources = ["*"] # AWS offers no scoping in load balancing, and hides composite alarms from a narrower scope
  }

  dynamic "statement" {
    for_each = var.topic != null ? ["publish"] : []

    content {
      sid       = "Notify"
      actions   = ["sns:Publish"]
      resources = [var.topic.arn]
    }
  }

  # SNS encrypts on behalf of the one who publishes.
  dynamic "statement" {
    for_each = var.topic != null ? var.topic.kms_key_arn[*] : []

    content {
      sid       = "EncryptNotifications"
      actions   = ["kms:Decrypt", "kms:GenerateDataKey"]
      resources = [statement.value]

      condition {
        test     = "StringEquals"
        variable = "kms:ViaService"
        values   = ["sns.${local.region}.amazonaws.com"]
      }
    }
  }
}

resource "aws_iam_role" "this" {
  name               = "${var.name}-deployment"
  description        = "CodeDeploy for ${var.service_name}: replaces its tasks and moves its traffic"
  assume_role_policy = data.aws_iam_policy_document.assume.json
  tags               = var.tags
}

resource "aws_iam_role_policy" "this" {
  name   = "deployment"
  role   = aws_iam_role.this.id
  policy = data.aws_iam_policy_document.this.json
}

resource "aws_codedeploy_app" "this" {
  name             = var.name
  compute_platform = "ECS"
  tags             = var.tags
}

# It cannot be changed, nor deleted while the group uses it: other values make another one first.
resource "aws_codedeploy_deployment_config" "this" {
  count = contains(keys(local.predefined), local.shift) ? 0 : 1

  deployment_config_name = "${var.name}-${local.shift}"
  compute_platform       = "ECS"

  traffic_routing_config {
    type = var.traffic.type == "canary" ? "TimeBasedCanary" : "TimeBasedLinear"

    dynamic "time_based_canary" {
      for_each = var.traffic.type == "canary" ? ["canary"] : []

      content {
        interval   = var.traffic.interval_minutes
        percentage = var.traffic.percentage
      }
    }

    dynamic "time_based_linear" {
      for_each = var.traffic.type == "linear" ? ["linear"] : []

      content {
        interval   = var.traffic.interval_minutes
        percentage = var.traffic.percentage
      }
    }
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_codedeploy_deployment_group" "this" {
  app_name               = aws_codedeploy_app.this.name
  deployment_group_name  = var.name
  deployment_config_name = lookup(local.predefined, local.shift, one(aws_codedeploy_deployment_config.this[*].deployment_config_name))
  service_role_arn       = aws_iam_role.this.arn
  tags                   = var.tags

  # An alarm that cannot be read stops the deployment like one that rings.
  alarm_configuration {
    alarms                    = var.alarm_names
    enabled                   = true
    ignore_poll_alarm_failure = false
  }

  auto_rollback_configuration {
    enabled = true
    events  = ["DEPLOYMENT_FAILURE", "DEPLOYMENT_STOP_ON_ALARM", "DEPLOYMENT_STOP_ON_REQUEST"]
  }

  blue_green_deployment_config {
    deployment_ready_option {
      action_on_timeout = "CONTINUE_DEPLOYMENT"
    }

    terminate_blue_instances_on_deployment_success {
      action                           = "TERMINATE"
      termination_wait_time_in_minutes = var.termination_wait_minutes
    }
  }

  deployment_style {
    deployment_option = "WITH_TRAFFIC_CONTROL"
    deployment_type   = "BLUE_GREEN"
  }

  ecs_service {
    cluster_name = var.cluster_name
    service_name = var.service_name
  }

  load_balancer_info {
    target_group_pair_info {
      prod_traffic_route {
        listener_arns = [var.listener_arn]
      }

      target_group {
        name = var.target_group_names["blue"]
      }

      target_group {
        name = var.target_group_names["green"]
      }

      test_traffic_route {
        listener_arns = [var.test_listener_arn]
      }
    }
  }

  dynamic "trigger_configuration" {
    for_each = var.topic != null ? ["topic"] : []

    content {
      trigger_events     = ["DeploymentFailure", "DeploymentRollback", "DeploymentStop"]
      trigger_name       = "${var.name}-trouble"
      trigger_target_arn = var.topic.arn
    }
  }

  # A deployment that starts before the role may do its work fails.
  depends_on = [aws_iam_role_policy.this]
}
