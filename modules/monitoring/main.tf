data "aws_caller_identity" "current" {}

data "aws_partition" "current" {}

data "aws_region" "current" {}

locals {
  account   = data.aws_caller_identity.current.account_id
  partition = data.aws_partition.current.partition
  region    = data.aws_region.current.id

  # The names differ, because the region may itself be us-east-1. ARNs from names: policies then wait for nothing.
  topics = {
    regional  = "${var.name}-alerts"
    us_east_1 = "${var.name}-edge-alerts"
  }
  topic_arns = {
    regional  = "arn:${local.partition}:sns:${local.region}:${local.account}:${local.topics.regional}"
    us_east_1 = "arn:${local.partition}:sns:us-east-1:${local.account}:${local.topics.us_east_1}"
  }

  # The edge's topic hears alarms only.
  publishers = {
    regional = {
      Alarms    = "cloudwatch.amazonaws.com"
      Anomalies = "costalerts.amazonaws.com"
      Budget    = "budgets.amazonaws.com"
      Database  = "events.rds.amazonaws.com"
    }
    us_east_1 = { Alarms = "cloudwatch.amazonaws.com" }
  }
}

resource "aws_sns_topic" "this" {
  name              = local.topics.regional
  display_name      = "Alerts of ${var.name}"
  kms_master_key_id = var.kms_key_arn
  tags              = var.tags
}

resource "aws_sns_topic" "us_east_1" {
  provider = aws.us_east_1

  name              = local.topics.us_east_1
  display_name      = "Alerts of ${var.name} at the edge"
  kms_master_key_id = var.us_east_1_kms_key_arn
  tags              = var.tags
}

data "aws_iam_policy_document" "topic" {
  for_each = local.topic_arns

  dynamic "statement" {
    for_each = local.publishers[each.key]

    content {
      sid       = statement.key
      actions   = ["sns:Publish"]
      resources = [each.value]

      principals {
        type        = "Service"
        identifiers = [statement.value]
      }

      condition {
        test     = "StringEquals"
        variable = "aws:SourceAccount"
        values   = [local.account]
      }
    }
  }

  statement {
    sid       = "RefusePlainHttp"
    effect    = "Deny"
    actions   = ["sns:Publish"]
    resources = [each.value]

    principals {
      type        = "AWS"
      identifiers = ["*"]
    }

    condition {
      test     = "Bool"
      variable = "aws:SecureTransport"
      values   = ["false"]
    }
  }
}

resource "aws_sns_topic_policy" "this" {
  arn    = aws_sns_topic.this.arn
  policy = data.aws_iam_policy_document.topic["regional"].json
}

resource "aws_sns_topic_policy" "us_east_1" {
  provider = aws.us_east_1

  arn    = aws_sns_topic.us_east_1.arn
  policy = data.aws_iam_policy_document.topic["us_east_1"].json
}

resource "aws_sns_topic_subscription" "this" {
  for_each = toset(var.alert_emails)

  endpoint  = each.key
  protocol  = "email"
  topic_arn = aws_sns_topic.this.arn
}

resource "aws_sns_topic_subscription" "us_east_1" {
  for_each = toset(var.alert_emails)
  provider = aws.us_east_1

  endpoint  = each.key
  protocol  = "email"
  topic_arn = aws_sns_topic.us_east_1.arn
}

resource "aws_db_event_subscription" "this" {
  name             = "${var.name}-database"
  event_categories = ["availability", "deletion", "failover", "failure", "low storage", "maintenance", "notification", "read replica", "recovery"]
  sns_topic        = aws_sns_topic.this.arn
  source_ids       = concat([var.database.identifier], values(var.database.replica_identifiers))
  source_type      = "db-instance"
  tags             = var.tags

  depends_on = [aws_sns_topic_policy.this]
}

# Errors that the application logs, counted: they may not show as failed requests.
resource "aws_cloudwatch_log_metric_filter" "errors" {
  name           = "${var.name}-application-errors"
  log_group_name = var.service.log_group_name
  pattern        = "?ERROR ?CRITICAL ?Traceback"

  metric_transformation {
    name          = "ApplicationErrors"
    namespace     = "${var.name}/application"
    default_value = "0"
    unit          = "Count"
    value         = "1"
  }
}

resource "aws_cloudwatch_query_definition" "errors" {
  name            = "${var.name}/application-errors"
  log_group_names = [var.service.log_group_name]
  query_string    = <<-QUERY
    fields @timestamp, @message
    | filter @message like /ERROR|CRITICAL|Traceback/
    | sort @timestamp desc
    | limit 100
  QUERY
}
