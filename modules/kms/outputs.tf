output "key_arns" {
  description = "ARNs of the keys by name."
  value       = { for name, key in aws_kms_key.this : name => key.arn }
}

output "key_ids" {
  description = "Ids of the keys by name."
  value       = { for name, key in aws_kms_key.this : name => key.key_id }
}

output "us_east_1_key_arns" {
  description = "ARNs in us-east-1 of the keys with edge = true, by name."
  value = {
    for name, key in var.keys : name => (
      local.region == "us-east-1" ? aws_kms_key.this[name].arn : aws_kms_replica_key.us_east_1[name].arn
    ) if key.edge
  }
}
