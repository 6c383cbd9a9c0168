output "alarm_arns" {
  description = "ARNs of all alarms, by name."
  value = merge(
    { for key, alarm in aws_cloudwatch_metric_alarm.this : key => alarm.arn },
    { for key, alarm in aws_cloudwatch_metric_alarm.error_rate : key => alarm.arn },
    { for key, alarm in aws_cloudwatch_metric_alarm.us_east_1 : key => alarm.arn },
  )
}

output "composite_alarm_arn" {
  description = "ARN of the alarm that users notice."
  value       = aws_cloudwatch_composite_alarm.user_facing.arn
}

output "dashboard_name" {
  description = "Dashboard of the request path."
  value       = aws_cloudwatch_dashboard.this.dashboard_name
}

output "deployment_alarm_names" {
  description = "Alarms on what users notice of a new version, at most 10 as CodeDeploy takes them: a deployment stops at them."
  value = concat(
    [for alarm in aws_cloudwatch_metric_alarm.error_rate : alarm.alarm_name],
    [for key in keys(local.load_balancer_alarms) : aws_cloudwatch_metric_alarm.this["loadbalancer-${key}"].alarm_name],
  )
}

output "topic_arn" {
  description = "ARN of the topic that alerts go to."
  value       = aws_sns_topic.this.arn
}

output "us_east_1_topic_arn" {
  description = "ARN of the topic in us-east-1 that alerts of the edge go to."
  value       = aws_sns_topic.us_east_1.arn
}
