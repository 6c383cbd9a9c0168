# AWS refuses read replicas and blue/green deployments of an instance whose password RDS manages: then the password is
# made once and kept in a secret of this module. It is write-only, so neither plan nor state ever holds it.
locals {
  own_password      = var.master_password == "secret"
  master_secret_arn = local.own_password ? aws_secretsmanager_secret.master[0].arn : aws_db_instance.this.master_user_secret[0].secret_arn
}

# A prefix: a deleted secret keeps its name until its recovery window has passed.
resource "aws_secretsmanager_secret" "master" {
  count = local.own_password ? 1 : 0

  name_prefix             = "${var.name}-database-master-"
  description             = "Master user of the database of ${var.name}"
  kms_key_id              = var.kms_key_arn
  recovery_window_in_days = 30
  tags                    = var.tags
}

ephemeral "aws_secretsmanager_random_password" "master" {
  count = local.own_password ? 1 : 0

  exclude_punctuation        = true # nothing to escape in a connection URL
  password_length            = 40
  require_each_included_type = true
}

resource "aws_secretsmanager_secret_version" "master" {
  count = local.own_password ? 1 : 0

  secret_id                = aws_secretsmanager_secret.master[0].id
  secret_string_wo_version = var.master_password_version
  secret_string_wo = jsonencode({
    username = var.username
    password = ephemeral.aws_secretsmanager_random_password.master[0].random_password
  })
}

# Read back, not taken from above: after an apply that failed half-way the database must get what the secret holds.
ephemeral "aws_secretsmanager_secret_version" "master" {
  count = local.own_password ? 1 : 0

  secret_id = aws_secretsmanager_secret_version.master[0].arn
}
