locals {
  container_name = var.name

  # ECS Exec's agent writes to two folders of its own, which a read-only root file system would refuse.
  volumes = merge(
    { tmp = "/tmp" },
    var.execute_command ? { exec-lib = "/var/lib/amazon", exec-log = "/var/log/amazon" } : {},
  )

  # The certificate of a task is self-signed: what counts here is that the application answers.
  health_check_script = join(";", [
    "import ssl,urllib.request as r",
    "c=ssl.create_default_context()",
    "c.check_hostname=False",
    "c.verify_mode=ssl.CERT_NONE",
    "r.urlopen('https://127.0.0.1:${var.port}${var.health_check.path}',timeout=${var.health_check.timeout},context=c)",
  ])

  # Empty lists are written out as ECS returns them, so that a plan shows only what changes.
  container = {
    name                   = local.container_name
    image                  = var.image
    essential              = true
    environment            = [for key, value in var.environment : { name = key, value = value }]
    mountPoints            = [for key, path in local.volumes : { sourceVolume = key, containerPath = path, readOnly = false }]
    portMappings           = []
    privileged             = false
    readonlyRootFilesystem = true
    secrets                = [for key, arn in var.secrets : { name = key, valueFrom = arn }]
    stopTimeout            = var.stop_timeout
    systemControls         = []
    user                   = var.user
    volumesFrom            = []

    linuxParameters = {
      initProcessEnabled = true
      # The shell of ECS Exec runs as root and needs what root may do.
      capabilities = { add = [], drop = var.execute_command ? [] : ["ALL"] }
    }
  }

  # Non-blocking: an outage of CloudWatch Logs may cost log lines, but not requests.
  log_options = {
    awslogs-group   = aws_cloudwatch_log_group.this.name
    awslogs-region  = local.region
    max-buffer-size = "25m"
    mode            = "non-blocking"
  }

  service_container = merge(
    local.container,
    { for key, value in { command = var.command } : key => value if value != null },
    {
      portMappings = [{ containerPort = var.port, hostPort = var.port, protocol = "tcp" }]

      healthCheck = {
        command     = coalesce(var.health_check.command, ["CMD", "python", "-c", local.health_check_script])
        interval    = var.health_check.interval
        retries     = var.health_check.retries
        startPeriod = var.health_check.start_period
        timeout     = var.health_check.timeout
      }

      logConfiguration = {
        logDriver = "awslogs"
        options   = merge(local.log_options, { awslogs-stream-prefix = "service" })
      }
    },
  )
}

resource "aws_cloudwatch_log_group" "this" {
  name              = "/ecs/${var.name}"
  retention_in_days = var.log_retention_days
  kms_key_id        = var.log_kms_key_arn
  tags              = var.tags
}

resource "aws_cloudwatch_log_group" "execute_command" {
  count = var.execute_command ? 1 : 0

  name              = "/ecs/${var.name}/execute-command"
  retention_in_days = var.log_retention_days
  kms_key_id        = var.log_kms_key_arn
  tags              = var.tags
}

resource "aws_ecs_task_definition" "this" {
  family                   = var.name
  container_definitions    = jsonencode([local.service_container])
  cpu                      = var.cpu
  memory                   = var.memory
  execution_role_arn       = aws_iam_role.execution.arn
  task_role_arn            = aws_iam_role.task.arn
  network_mode             = "awsvpc"
  requires_compatibilities = ["FARGATE"]
  skip_destroy             = var.retain_task_definitions # a rollback starts tasks of the revision before, which must still be active
  tags                     = var.tags

  runtime_platform {
    cpu_architecture        = var.architecture
    operating_system_family = "LINUX"
  }

  dynamic "volume" {
    for_each = local.volumes

    content {
      name = volume.key
    }
  }
}

resource "aws_ecs_task_definition" "one_off" {
  for_each = var.one_off_tasks

  family = "${var.name}-${each.key}"
  container_definitions = jsonencode([merge(local.container, {
    command = each.value.command

    logConfiguration = {
      logDriver = "awslogs"
      options   = merge(local.log_options, { awslogs-stream-prefix = each.key })
    }
  })])
  cpu                      = var.cpu
  memory                   = var.memory
  execution_role_arn       = aws_iam_role.execution.arn
  task_role_arn            = aws_iam_role.task.arn
  network_mode             = "awsvpc"
  requires_compatibilities = ["FARGATE"]
  tags                     = var.tags

  runtime_platform {
    cpu_architecture        = var.architecture
    operating_system_family = "LINUX"
  }

  dynamic "volume" {
    for_each = local.volumes

    content {
      name = volume.key
    }
  }
}
