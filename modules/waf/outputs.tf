output "arn" {
  description = "ARN of the web ACL, for the distribution."
  value       = aws_wafv2_web_acl.this.arn
}

output "log_group_name" {
  description = "Log group of blocked and counted requests, in us-east-1."
  value       = aws_cloudwatch_log_group.this.name
}

output "metric_name" {
  description = "Dimension WebACL of its metrics (namespace AWS/WAFV2, in us-east-1)."
  value       = var.name
}

output "rule_metric_names" {
  description = "Dimension Rule of its metrics, in the order of the rules."
  value = concat(
    ["rate-limit"],
    [for name in ["login-rate-limit"] : name if length(var.login_paths) > 0],
    [for group in keys(var.managed_rule_groups) : trimprefix(group, "AWSManagedRules")],
  )
}
