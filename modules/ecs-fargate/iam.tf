locals {
  # Written out, not read from the log groups, so that the policies are known when planning.
  log_group_arn             = "arn:${local.partition}:logs:${local.region}:${local.account}:log-group:/ecs/${var.name}"
  execute_command_group_arn = "${local.log_group_arn}/execute-command"

  # <account>.dkr.ecr.<region>.amazonaws.com/<repository>:<tag>
  image_in_ecr = regexall("^([0-9]{12})\\.dkr\\.ecr(?:-fips)?\\.([a-z0-9-]+)\\.amazonaws\\.com(?:\\.cn)?/([^:@]+)", var.image)

  repository_arns = var.repository_arn != null ? [var.repository_arn] : [
    for parts in local.image_in_ecr : "arn:${local.partition}:ecr:${parts[1]}:${parts[0]}:repository/${parts[2]}"
  ]

  # An ARN has seven parts; what follows names a JSON key or a version and is no part of the resource.
  secret_arns = distinct([for arn in values(var.secrets) : join(":", slice(split(":", arn), 0, 7))])

  # A statement id has no hyphens.
  bucket_sids = { for key in keys(var.bucket_access) : key => replace(title(replace(key, "-", " ")), " ", "") }

  read_actions  = ["s3:GetObject"]
  write_actions = ["s3:AbortMultipartUpload", "s3:DeleteObject", "s3:ListMultipartUploadParts", "s3:PutObject"]

  task_has_policy = anytrue([
    length(var.bucket_access) > 0,
    length(var.connect.cache_arns) > 0,
    length(var.connect.database_arns) > 0,
    var.execute_command,
  ])
}

data "aws_iam_policy_document" "assume" {
  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = ["ecs-tasks.amazonaws.com"]
    }

    condition {
      test     = "StringEquals"
      variable = "aws:SourceAccount"
      values   = [local.account]
    }

    # ECS sends the ARN of the task, which has a random id: the cluster cannot be named here.
    condition {
      test     = "ArnLike"
      variable = "aws:SourceArn"
      values   = ["arn:${local.partition}:ecs:${local.region}:${local.account}:*"]
    }
  }
}

data "aws_iam_policy_document" "execution" {
  statement {
    sid       = "WriteLogs"
    actions   = ["logs:CreateLogStream", "logs:PutLogEvents"]
    resources = ["${local.log_group_arn}:log-stream:*"]
  }

  dynamic "statement" {
    for_each = length(local.repository_arns) > 0 ? ["token"] : []

    content {
      sid       = "SignInToRegistry"
      actions   = ["ecr:GetAuthorizationToken"]
      resources = ["*"] # the token is the registry's: AWS offers no scoping
    }
  }

  dynamic "statement" {
    for_each = length(local.repository_arns) > 0 ? ["pull"] : []

    content {
      sid       = "PullImage"
      actions   = ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"]
      resources = local.repository_arns
    }
  }

  dynamic "statement" {
    for_each = length(var.secrets) > 0 ? ["read"] : []

    content {
      sid       = "ReadSecrets"
      actions   = ["secretsmanager:GetSecretValue"]
      resources = local.secret_arns
    }
  }

  dynamic "statement" {
    for_each = length(var.secret_kms_key_arns) > 0 ? ["decrypt"] : []

    content {
      sid       = "DecryptSecrets"
      actions   = ["kms:Decrypt"]
      resources = var.secret_kms_key_arns

      condition {
        test     = "StringEquals"
        variable = "kms:ViaService"
        values   = ["secretsmanager.${local.region}.amazonaws.com"]
      }
    }
  }
}

data "aws_iam_policy_document" "task" {
  dynamic "statement" {
    for_each = var.bucket_access

    content {
      sid       = "Objects${local.bucket_sids[statement.key]}"
      actions   = concat(local.read_actions, statement.value.actions == "read-write" ? local.write_actions : [])
      resources = ["${statement.value.bucket_arn}/*"]

      # A bucket of this name in another account is not ours.
      condition {
        test     = "StringEquals"
        variable = "aws:ResourceAccount"
        values   = [local.account]
      }
    }
  }

  dynamic "statement" {
    for_each = var.bucket_access

    content {
      sid       = "Bucket${local.bucket_sids[statement.key]}"
      actions   = ["s3:ListBucket"]
      resources = [statement.value.bucket_arn]

      condition {
        test     = "StringEquals"
        variable = "aws:ResourceAccount"
        values   = [local.account]
      }
    }
  }

  dynamic "statement" {
    for_each = { for key, bucket in var.bucket_access : key => bucket if bucket.kms_key_arn != null }

    content {
      sid       = "Key${local.bucket_sids[statement.key]}"
      actions   = concat(["kms:Decrypt"], statement.value.actions == "read-write" ? ["kms:GenerateDataKey"] : [])
      resources = [statement.value.kms_key_arn]

      condition {
        test     = "StringEquals"
        variable = "kms:ViaService"
        values   = ["s3.${local.region}.amazonaws.com"]
      }
    }
  }

  dynamic "statement" {
    for_each = length(var.connect.cache_arns) > 0 ? ["cache"] : []

    content {
      sid       = "ConnectToCache"
      actions   = ["elasticache:Connect"]
      resources = var.connect.cache_arns
    }
  }

  dynamic "statement" {
    for_each = length(var.connect.database_arns) > 0 ? ["database"] : []

    content {
      sid       = "ConnectToDatabase"
      actions   = ["rds-db:connect"]
      resources = var.connect.database_arns
    }
  }

  dynamic "statement" {
    for_each = var.execute_command ? ["channels"] : []

    content {
      sid = "OpenExecuteCommandChannels"
      actions = [
        "ssmmessages:CreateControlChannel",
        "ssmmessages:CreateDataChannel",
        "ssmmessages:OpenControlChannel",
        "ssmmessages:OpenDataChannel",
      ]
      resources = ["*"] # AWS offers no scoping of these
    }
  }

  dynamic "statement" {
    for_each = var.execute_command ? ["find"] : []

    content {
      sid       = "FindExecuteCommandLogGroup"
      actions   = ["logs:DescribeLogGroups"]
      resources = ["arn:${local.partition}:logs:${local.region}:${local.account}:log-group:*"]
    }
  }

  dynamic "statement" {
    for_each = var.execute_command ? ["log"] : []

    content {
      sid       = "LogExecuteCommand"
      actions   = ["logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"]
      resources = [local.execute_command_group_arn, "${local.execute_command_group_arn}:log-stream:*"]
    }
  }

  dynamic "statement" {
    for_each = var.execute_command ? var.log_kms_key_arn[*] : []

    content {
      sid       = "DecryptExecuteCommandSession"
      actions   = ["kms:Decrypt"]
      resources = [statement.value]
    }
  }
}

resource "aws_iam_role" "execution" {
  name               = "${var.name}-execution"
  description        = "Fargate for ${var.name}: pulls the image, reads the secrets, writes the logs"
  assume_role_policy = data.aws_iam_policy_document.assume.json
  tags               = var.tags
}

resource "aws_iam_role_policy" "execution" {
  name   = "execution"
  role   = aws_iam_role.execution.id
  policy = data.aws_iam_policy_document.execution.json
}

resource "aws_iam_role" "task" {
  name               = "${var.name}-task"
  description        = "The application in ${var.name}"
  assume_role_policy = data.aws_iam_policy_document.assume.json
  tags               = var.tags
}

resource "aws_iam_role_policy" "task" {
  count = local.task_has_policy ? 1 : 0

  name   = "task"
  role   = aws_iam_role.task.id
  policy = data.aws_iam_policy_document.task.json
}
