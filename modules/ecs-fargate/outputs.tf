output "autoscaling_resource_id" {
  description = "Resource id of the service in Application Auto Scaling."
  value       = aws_appautoscaling_target.this.resource_id
}

output "capacity_provider_strategy" {
  description = "How tasks are spread over on-demand and Spot capacity, for deployments and one-off tasks."
  value = [
    for provider, share in local.capacity_provider_strategy : { capacity_provider = provider, base = share.base, weight = share.weight }
  ]
}

output "cluster_arn" {
  description = "ARN of the cluster."
  value       = aws_ecs_cluster.this.arn
}

output "cluster_name" {
  description = "Name of the cluster."
  value       = aws_ecs_cluster.this.name
}

output "container_name" {
  description = "Name of the container in all task definitions."
  value       = local.container_name
}

output "container_port" {
  description = "Port that the container serves HTTPS on."
  value       = var.port
}

output "execution_role_arn" {
  description = "ARN of the role that Fargate pulls the image and reads the secrets with."
  value       = aws_iam_role.execution.arn
}

output "log_group_name" {
  description = "Log group of the service and the one-off tasks."
  value       = aws_cloudwatch_log_group.this.name
}

output "min_tasks" {
  description = "Number of tasks that auto-scaling keeps at least."
  value       = var.autoscaling.min
}

output "one_off_task_definition_arns" {
  description = "ARN of each one-off task definition with its revision, by name."
  value       = { for key, task in aws_ecs_task_definition.one_off : key => task.arn }
}

output "security_group_id" {
  description = "Security group of the tasks."
  value       = aws_security_group.this.id
}

output "service_id" {
  description = "ARN of the service."
  value       = local.service.id
}

output "service_name" {
  description = "Name of the service."
  value       = local.service.name
}

output "subnet_ids" {
  description = "Subnets of the tasks."
  value       = var.subnet_ids
}

output "task_definition_arn" {
  description = "ARN of the newest revision of the service's task definition; under CodeDeploy the one to deploy next."
  value       = aws_ecs_task_definition.this.arn
}

output "task_definition_family" {
  description = "Family of the service's task definition."
  value       = aws_ecs_task_definition.this.family
}

output "task_role_arn" {
  description = "ARN of the application's own role."
  value       = aws_iam_role.task.arn
}

output "task_role_name" {
  description = "Name of the application's own role, to attach further policies to."
  value       = aws_iam_role.task.name
}
