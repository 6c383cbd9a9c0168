output "address" {
  description = "Host name of the primary; it stays the same through a failover."
  value       = aws_db_instance.this.address
}

output "allocated_storage" {
  description = "Storage in GiB that the instance begins with."
  value       = var.allocated_storage
}

output "arn" {
  description = "ARN of the primary instance."
  value       = aws_db_instance.this.arn
}

output "database_name" {
  description = "Database that was created with the instance."
  value       = var.database_name
}

output "identifier" {
  description = "Identifier of the primary instance."
  value       = aws_db_instance.this.identifier
}

output "instance_class" {
  description = "Class of the primary instance."
  value       = var.instance_class
}

output "log_group_names" {
  description = "Log groups by instance and type of log."
  value       = { for key, group in aws_cloudwatch_log_group.this : key => group.name }
}

output "master_secret_arn" {
  description = "ARN of the secret that holds the master user's name and password; RDS rotates it if it manages the password."
  value       = local.master_secret_arn
}

output "multi_az" {
  description = "Whether a standby in another zone takes over when the primary fails."
  value       = var.multi_az
}

output "port" {
  description = "Port of PostgreSQL."
  value       = 5432
}

output "replica_addresses" {
  description = "Host names of the read replicas, by name."
  value       = { for key, replica in aws_db_instance.replica : key => replica.address }
}

output "replica_identifiers" {
  description = "Identifiers of the read replicas, by name."
  value       = { for key, replica in aws_db_instance.replica : key => replica.identifier }
}

output "resource_id" {
  description = "Id that IAM policies for database authentication name."
  value       = aws_db_instance.this.resource_id
}

output "security_group_id" {
  description = "Security group of the database."
  value       = aws_security_group.this.id
}

output "username" {
  description = "Name of the master user."
  value       = var.username
}
