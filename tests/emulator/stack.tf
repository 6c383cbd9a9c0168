terraform {
  required_version = ">= 1.11"
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.100"
    }
  }
}

variable "comment" {
  type    = string
  default = "first"
}

provider "aws" {}

resource "aws_kms_key" "this" {
  description             = "its changes are awaited for ten seconds: so there are none"
  deletion_window_in_days = 7
  enable_key_rotation     = true
  rotation_period_in_days = 180
}

resource "aws_kms_alias" "this" {
  name          = "alias/first"
  target_key_id = aws_kms_key.this.id
}

resource "aws_cloudwatch_log_group" "this" {
  name              = "first"
  retention_in_days = var.comment == "first" ? 30 : 90
  kms_key_id        = aws_kms_key.this.arn
}

resource "aws_cloudwatch_metric_alarm" "this" {
  alarm_name          = "first-errors"
  comparison_operator = "GreaterThanThreshold"
  evaluation_periods  = 1
  metric_name         = "Errors"
  namespace           = "App"
  period              = 60
  statistic           = "Sum"
  threshold           = length(var.comment)
}

resource "aws_cloudwatch_composite_alarm" "this" {
  alarm_name        = "first-user-facing"
  alarm_description = var.comment
  tags              = { comment = var.comment }
  alarm_rule        = "ALARM(${aws_cloudwatch_metric_alarm.this.alarm_name})"
}

resource "aws_cloudwatch_query_definition" "this" {
  name            = "first/errors"
  log_group_names = [aws_cloudwatch_log_group.this.name]
  query_string    = "filter @message like /${var.comment}/"
}

data "aws_cloudfront_cache_policy" "managed" {
  name = "Managed-CachingOptimized"
}

resource "aws_cloudfront_cache_policy" "this" {
  name    = "first"
  comment = var.comment
  min_ttl = 1
  parameters_in_cache_key_and_forwarded_to_origin {
    cookies_config { cookie_behavior = "none" }
    headers_config { header_behavior = "none" }
    query_strings_config { query_string_behavior = "all" }
  }
}

resource "aws_cloudfront_response_headers_policy" "this" {
  name    = "first"
  comment = var.comment
  security_headers_config {
    content_type_options { override = true }
  }
}

resource "aws_elasticache_parameter_group" "this" {
  name   = "first"
  family = "valkey8"
  parameter {
    name  = "maxmemory-policy"
    value = var.comment == "first" ? "volatile-lru" : "allkeys-lru"
  }
}

resource "aws_vpc" "this" {
  cidr_block = "10.0.0.0/24"
}
