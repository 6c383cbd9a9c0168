data "aws_caller_identity" "current" {
  provider = aws.us_east_1
}

data "aws_partition" "current" {
  provider = aws.us_east_1
}

# AWS WAF writes only to groups whose name starts like this, in the ACL's region.
resource "aws_cloudwatch_log_group" "this" {
  provider = aws.us_east_1

  name              = "aws-waf-logs-${var.name}"
  kms_key_id        = var.log_kms_key_arn
  retention_in_days = var.log_retention_days
  tags              = var.tags
}

data "aws_iam_policy_document" "logs" {
  provider = aws.us_east_1

  statement {
    sid       = "WriteLogsOfWebAcl"
    actions   = ["logs:CreateLogStream", "logs:PutLogEvents"]
    resources = ["${aws_cloudwatch_log_group.this.arn}:*"]

    principals {
      type        = "Service"
      identifiers = ["delivery.logs.amazonaws.com"]
    }

    condition {
      test     = "StringEquals"
      variable = "aws:SourceAccount"
      values   = [data.aws_caller_identity.current.account_id]
    }

    condition {
      test     = "ArnLike"
      variable = "aws:SourceArn"
      values   = ["arn:${data.aws_partition.current.partition}:logs:us-east-1:${data.aws_caller_identity.current.account_id}:*"]
    }
  }
}

# Without it AWS WAF writes into a policy of the account, AWSWAF-LOGS, that outlives the ACL and can become too long.
resource "aws_cloudwatch_log_resource_policy" "this" {
  provider = aws.us_east_1

  policy_document = data.aws_iam_policy_document.logs.json
  policy_name     = "${var.name}-waf-logs"
}

resource "aws_wafv2_web_acl_logging_configuration" "this" {
  provider = aws.us_east_1

  log_destination_configs = [aws_cloudwatch_log_group.this.arn]
  resource_arn            = aws_wafv2_web_acl.this.arn

  # What was let through is in the distribution's own logs already.
  logging_filter {
    default_behavior = "DROP"

    filter {
      behavior    = "KEEP"
      requirement = "MEETS_ANY"

      dynamic "condition" {
        for_each = ["BLOCK", "COUNT", "EXCLUDED_AS_COUNT"] # the last one: rules of a group that only count

        content {
          action_condition {
            action = condition.value
          }
        }
      }
    }
  }

  redacted_fields {
    single_header {
      name = "authorization"
    }
  }

  redacted_fields {
    single_header {
      name = "cookie"
    }
  }

  # Links of password resets, codes of single sign-on and signatures of media files; samples show it for three hours.
  redacted_fields {
    query_string {}
  }

  # AWS WAF tries the destination when it is set.
  depends_on = [aws_cloudwatch_log_resource_policy.this]
}
