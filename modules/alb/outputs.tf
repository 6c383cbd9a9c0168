output "arn" {
  description = "ARN of the load balancer."
  value       = aws_lb.this.arn
}

output "arn_suffix" {
  description = "Last part of the load balancer's ARN, as metrics name it."
  value       = aws_lb.this.arn_suffix
}

output "dns_name" {
  description = "Host name of the load balancer."
  value       = aws_lb.this.dns_name
}

output "listener_arn" {
  description = "ARN of the HTTPS listener."
  value       = aws_lb_listener.https.arn
}

output "security_group_id" {
  description = "Security group of the load balancer."
  value       = aws_security_group.this.id
}

output "target_group_arn_suffixes" {
  description = "Last parts of the target groups' ARNs, as metrics name them, by colour."
  value       = { for colour, group in aws_lb_target_group.this : colour => group.arn_suffix }
}

output "target_group_arns" {
  description = "ARNs of the target groups by colour; known to others once the listener sends to them."
  value       = { for colour, group in aws_lb_target_group.this : colour => group.arn }

  # ECS refuses a service whose target group no load balancer uses.
  depends_on = [aws_lb_listener_rule.this, aws_lb_listener_rule.blue_green, aws_lb_listener_rule.test]
}

output "target_group_names" {
  description = "Names of the target groups, by colour."
  value       = { for colour, group in aws_lb_target_group.this : colour => group.name }
}

output "test_listener_arn" {
  description = "ARN of the test listener, or null."
  value       = one(aws_lb_listener.test[*].arn)
}

output "zone_id" {
  description = "Hosted zone of the load balancer's name, for alias records."
  value       = aws_lb.this.zone_id
}
