data "aws_caller_identity" "current" {}

data "aws_partition" "current" {}

data "aws_region" "current" {}

locals {
  account   = data.aws_caller_identity.current.account_id
  partition = data.aws_partition.current.partition
  region    = data.aws_region.current.id

  # The cluster's default is the service's strategy, because CodeDeploy and run-task use it when they are given none.
  capacity_provider_strategy = merge(
    { FARGATE = { base = var.capacity.on_demand_base, weight = var.capacity.on_demand_weight } },
    var.capacity.spot_weight > 0 ? { FARGATE_SPOT = { base = 0, weight = var.capacity.spot_weight } } : {},
  )

  service = concat(aws_ecs_service.this, aws_ecs_service.blue_green)[0]
}

resource "aws_ecs_cluster" "this" {
  name = var.name
  tags = var.tags

  setting {
    name  = "containerInsights"
    value = var.container_insights
  }

  dynamic "configuration" {
    for_each = var.execute_command || var.ephemeral_storage_kms_key_arn != null ? ["own"] : []

    content {
      dynamic "execute_command_configuration" {
        for_each = var.execute_command ? ["logged"] : []

        content {
          kms_key_id = var.log_kms_key_arn
          logging    = "OVERRIDE"

          log_configuration {
            cloud_watch_encryption_enabled = var.log_kms_key_arn != null
            cloud_watch_log_group_name     = aws_cloudwatch_log_group.execute_command[0].name
          }
        }
      }

      dynamic "managed_storage_configuration" {
        for_each = var.ephemeral_storage_kms_key_arn[*]

        content {
          fargate_ephemeral_storage_kms_key_id = managed_storage_configuration.value
        }
      }
    }
  }
}

resource "aws_ecs_cluster_capacity_providers" "this" {
  cluster_name       = aws_ecs_cluster.this.name
  capacity_providers = ["FARGATE", "FARGATE_SPOT"]

  dynamic "default_capacity_provider_strategy" {
    for_each = local.capacity_provider_strategy

    content {
      capacity_provider = default_capacity_provider_strategy.key
      base              = default_capacity_provider_strategy.value.base
      weight            = default_capacity_provider_strategy.value.weight
    }
  }
}

# Two resources, because ignore_changes cannot depend on a variable.
resource "aws_ecs_service" "this" {
  count = var.deployment == "rolling" ? 1 : 0

  name            = var.name
  cluster         = aws_ecs_cluster.this.id
  task_definition = aws_ecs_task_definition.this.arn
  desired_count   = var.desired_count
  tags            = var.tags

  availability_zone_rebalancing      = "ENABLED"
  deployment_maximum_percent         = 200
  deployment_minimum_healthy_percent = 100
  enable_ecs_managed_tags            = true
  enable_execute_command             = var.execute_command
  force_new_deployment               = true # without it, new capacity weights would replace the service
  health_check_grace_period_seconds  = var.health_check.grace_period
  propagate_tags                     = "SERVICE"
  wait_for_steady_state              = var.wait_for_steady_state

  dynamic "capacity_provider_strategy" {
    for_each = local.capacity_provider_strategy

    content {
      capacity_provider = capacity_provider_strategy.key
      base              = capacity_provider_strategy.value.base
      weight            = capacity_provider_strategy.value.weight
    }
  }

  deployment_circuit_breaker {
    enable   = true
    rollback = true
  }

  deployment_controller {
    type = "ECS"
  }

  load_balancer {
    container_name   = local.container_name
    container_port   = var.port
    target_group_arn = var.load_balancer.target_group_arn
  }

  network_configuration {
    assign_public_ip = false
    security_groups  = [aws_security_group.this.id]
    subnets          = var.subnet_ids
  }

  # A task that starts before its roles and routes are there fails, and trips the circuit breaker.
  depends_on = [
    aws_ecs_cluster_capacity_providers.this,
    aws_iam_role_policy.execution,
    aws_iam_role_policy.task,
    aws_vpc_security_group_egress_rule.https,
    aws_vpc_security_group_egress_rule.this,
    aws_vpc_security_group_ingress_rule.load_balancer,
  ]

  lifecycle {
    ignore_changes = [desired_count]
  }
}

# A name of its own, so that changing over does not meet the other service while it still drains.
resource "aws_ecs_service" "blue_green" {
  count = var.deployment == "code_deploy" ? 1 : 0

  name            = "${var.name}-blue-green"
  cluster         = aws_ecs_cluster.this.id
  task_definition = aws_ecs_task_definition.this.arn
  desired_count   = var.desired_count
  tags            = var.tags

  availability_zone_rebalancing      = "ENABLED"
  deployment_maximum_percent         = 200
  deployment_minimum_healthy_percent = 100
  enable_ecs_managed_tags            = true
  enable_execute_command             = var.execute_command
  health_check_grace_period_seconds  = var.health_check.grace_period
  propagate_tags                     = "SERVICE"
  wait_for_steady_state              = var.wait_for_steady_state

  dynamic "capacity_provider_strategy" {
    for_each = local.capacity_provider_strategy

    content {
      capacity_provider = capacity_provider_strategy.key
      base              = capacity_provider_strategy.value.base
      weight            = capacity_provider_strategy.value.weight
    }
  }

  deployment_controller {
    type = "CODE_DEPLOY"
  }

  load_balancer {
    container_name   = local.container_name
    container_port   = var.port
    target_group_arn = var.load_balancer.target_group_arn
  }

  network_configuration {
    assign_public_ip = false
    security_groups  = [aws_security_group.this.id]
    subnets          = var.subnet_ids
  }

  depends_on = [
    aws_ecs_cluster_capacity_providers.this,
    aws_iam_role_policy.execution,
    aws_iam_role_policy.task,
    aws_vpc_security_group_egress_rule.https,
    aws_vpc_security_group_egress_rule.this,
    aws_vpc_security_group_ingress_rule.load_balancer,
  ]

  # What a deployment decides: ECS refuses to change it otherwise, and Terraform would replace the service.
  lifecycle {
    ignore_changes = [capacity_provider_strategy, desired_count, load_balancer, network_configuration, task_definition]
  }
}
