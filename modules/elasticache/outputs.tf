output "arn" {
  description = "ARN of the replication group, as policies for elasticache:Connect name it."
  value       = aws_elasticache_replication_group.this.arn
}

output "engine" {
  description = "Engine of the nodes."
  value       = var.engine
}

output "log_group_names" {
  description = "Log groups by type of log."
  value       = { for key, group in aws_cloudwatch_log_group.this : key => group.name }
}

output "member_clusters" {
  description = "Ids of the nodes as AWS reports them."
  value       = aws_elasticache_replication_group.this.member_clusters
}

output "node_ids" {
  description = "Ids of the nodes, known before they are created."
  value       = [for number in range(1, var.num_nodes + 1) : format("%s-%03d", var.name, number)]
}

output "node_type" {
  description = "Class of every node."
  value       = var.node_type
}

output "num_nodes" {
  description = "Number of nodes."
  value       = var.num_nodes
}

output "port" {
  description = "Port of the cache."
  value       = 6379
}

output "primary_endpoint" {
  description = "Host name of the primary; it follows a failover."
  value       = aws_elasticache_replication_group.this.primary_endpoint_address
}

output "reader_endpoint" {
  description = "Host name that spreads reads over the replicas."
  value       = aws_elasticache_replication_group.this.reader_endpoint_address
}

output "replication_group_id" {
  description = "Id of the replication group."
  value       = aws_elasticache_replication_group.this.replication_group_id
}

output "security_group_id" {
  description = "Security group of the cache."
  value       = aws_security_group.this.id
}

output "user_arn" {
  description = "ARN of the application's user, as policies for elasticache:Connect name it."
  value       = aws_elasticache_user.app.arn
}

output "user_name" {
  description = "Name that the application signs in with; its token comes from IAM."
  value       = local.user_name
}
