output "secret_arns" {
  description = "ARNs of the secrets by name; those of generated secrets wait until there is a value."
  value = {
    for name, secret in aws_secretsmanager_secret.this : name => (
      contains(keys(local.generated), name) ? aws_secretsmanager_secret_version.this[name].arn : secret.arn
    )
  }
}

output "secret_names" {
  description = "Names of the secrets in Secrets Manager by name."
  value       = { for name, secret in aws_secretsmanager_secret.this : name => secret.name }
}
