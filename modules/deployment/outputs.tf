output "application_name" {
  description = "Name of the application in CodeDeploy."
  value       = aws_codedeploy_app.this.name
}

output "deployment_config_name" {
  description = "Name of the deployment configuration, AWS's or our own."
  value       = aws_codedeploy_deployment_group.this.deployment_config_name
}

output "deployment_group_name" {
  description = "Name of the deployment group; with the application's name, what a deployment is created with."
  value       = aws_codedeploy_deployment_group.this.deployment_group_name
}

output "role_arn" {
  description = "ARN of the role that CodeDeploy works with."
  value       = aws_iam_role.this.arn
}
