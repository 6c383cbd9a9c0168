locals {
  flow_logs_to_s3 = var.flow_logs.destination == "s3"
}

resource "aws_flow_log" "this" {
  vpc_id                   = aws_vpc.this.id
  traffic_type             = "ALL"
  log_destination_type     = var.flow_logs.destination
  log_destination          = local.flow_logs_to_s3 ? "${var.flow_logs.bucket_arn}/vpc-flow-logs/" : aws_cloudwatch_log_group.flow_logs[0].arn
  iam_role_arn             = one(aws_iam_role.flow_logs[*].arn)
  max_aggregation_interval = 600
  tags                     = merge(var.tags, { Name = var.name })

  dynamic "destination_options" {
    for_each = local.flow_logs_to_s3 ? ["parquet"] : []

    content {
      file_format                = destination_options.value
      hive_compatible_partitions = true
      per_hour_partition         = false
    }
  }
}

resource "aws_cloudwatch_log_group" "flow_logs" {
  count = local.flow_logs_to_s3 ? 0 : 1

  name              = "/aws/vpc/${var.name}/flow-logs"
  kms_key_id        = var.flow_logs.kms_key_arn
  retention_in_days = var.flow_logs.retention_days
  tags              = var.tags
}

data "aws_iam_policy_document" "flow_logs_assume" {
  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = ["vpc-flow-logs.amazonaws.com"]
    }

    condition {
      test     = "StringEquals"
      variable = "aws:SourceAccount"
      values   = [local.account]
    }

    condition {
      test     = "ArnLike"
      variable = "aws:SourceArn"
      values   = ["arn:${local.partition}:ec2:${local.region}:${local.account}:vpc-flow-log/*"]
    }
  }
}

data "aws_iam_policy_document" "flow_logs" {
  statement {
    sid     = "WriteToTheLogGroup"
    actions = ["logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"]

    # By name: the ARN of the group would be unknown in the plan.
    resources = ["arn:${local.partition}:logs:${local.region}:${local.account}:log-group:/aws/vpc/${var.name}/flow-logs:*"]
  }

  # Listing groups has no narrower resource than all groups of the region.
  statement {
    sid       = "FindTheLogGroup"
    actions   = ["logs:DescribeLogGroups"]
    resources = ["arn:${local.partition}:logs:${local.region}:${local.account}:log-group:*"]
  }
}

resource "aws_iam_role" "flow_logs" {
  count = local.flow_logs_to_s3 ? 0 : 1

  name               = "${var.name}-flow-logs"
  description        = "Flow logs of ${var.name}: write to the log group"
  assume_role_policy = data.aws_iam_policy_document.flow_logs_assume.json
  tags               = var.tags
}

resource "aws_iam_role_policy" "flow_logs" {
  count = local.flow_logs_to_s3 ? 0 : 1

  name   = "write-logs"
  policy = data.aws_iam_policy_document.flow_logs.json
  role   = aws_iam_role.flow_logs[0].id
}
