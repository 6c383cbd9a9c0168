data "aws_caller_identity" "current" {}

data "aws_partition" "current" {}

data "aws_region" "current" {}

locals {
  log_types = ["postgresql", "upgrade"]
  major     = split(".", var.engine_version)[0]

  # A replica without an interval of its own is watched like the primary.
  replica_intervals = {
    for key, replica in var.replicas : key => replica.monitoring_interval == null ? var.monitoring_interval : replica.monitoring_interval
  }
  monitored = max(var.monitoring_interval, values(local.replica_intervals)...) > 0

  # What every deployment wants; the names are PostgreSQL's and RDS's own.
  parameters = merge(
    {
      "rds.force_ssl"                       = { value = "1", apply_method = "immediate" }
      "idle_in_transaction_session_timeout" = { value = "60000", apply_method = "immediate" }
      "log_connections"                     = { value = "1", apply_method = "immediate" }
      "log_disconnections"                  = { value = "1", apply_method = "immediate" }
      "log_lock_waits"                      = { value = "1", apply_method = "immediate" }
      "log_min_duration_statement"          = { value = "500", apply_method = "immediate" }
      "pg_stat_statements.track"            = { value = "all", apply_method = "immediate" }
      "shared_preload_libraries"            = { value = "pg_stat_statements", apply_method = "pending-reboot" }
    },
    var.parameters,
  )
}

resource "aws_security_group" "this" {
  name        = "${var.name}-database"
  description = "PostgreSQL of ${var.name}"
  vpc_id      = var.vpc_id
  tags        = merge(var.tags, { Name = "${var.name}-database" })
}

# A database answers; it opens no connections, so there is no egress rule.
resource "aws_vpc_security_group_ingress_rule" "this" {
  for_each = var.client_security_group_ids

  security_group_id            = aws_security_group.this.id
  description                  = "PostgreSQL from ${each.key}"
  from_port                    = 5432
  ip_protocol                  = "tcp"
  referenced_security_group_id = each.value
  to_port                      = 5432
  tags                         = var.tags
}

resource "aws_db_subnet_group" "this" {
  name        = var.name
  description = "Database subnets of ${var.name}"
  subnet_ids  = var.subnet_ids
  tags        = var.tags
}

# The name carries the major version, so that an upgrade finds its group beside the old one.
resource "aws_db_parameter_group" "this" {
  name        = "${var.name}-postgres${local.major}"
  description = "PostgreSQL ${local.major} of ${var.name}"
  family      = "postgres${local.major}"
  tags        = var.tags

  dynamic "parameter" {
    for_each = local.parameters

    content {
      name         = parameter.key
      value        = parameter.value.value
      apply_method = parameter.value.apply_method
    }
  }

  lifecycle {
    create_before_destroy = true
  }
}

# Made before the instances: RDS would make log groups that are kept for ever.
resource "aws_cloudwatch_log_group" "this" {
  for_each = {
    for pair in setproduct(concat([var.name], [for key in keys(var.replicas) : "${var.name}-${key}"]), local.log_types) :
    "${pair[0]}/${pair[1]}" => pair
  }

  name              = "/aws/rds/instance/${each.key}"
  kms_key_id        = var.log_kms_key_arn
  retention_in_days = var.log_retention_days
  tags              = var.tags
}

resource "aws_db_instance" "this" {
  identifier     = var.name
  engine         = "postgres"
  engine_version = var.engine_version
  instance_class = var.instance_class

  allocated_storage     = var.allocated_storage
  iops                  = var.iops
  max_allocated_storage = var.max_allocated_storage
  storage_throughput    = var.storage_throughput
  storage_type          = "gp3"
  storage_encrypted     = true
  kms_key_id            = var.kms_key_arn

  db_name                             = var.database_name
  username                            = var.username
  manage_master_user_password         = local.own_password ? null : true
  master_user_secret_kms_key_id       = local.own_password ? null : var.kms_key_arn
  password_wo                         = local.own_password ? jsondecode(ephemeral.aws_secretsmanager_secret_version.master[0].secret_string).password : null
  password_wo_version                 = local.own_password ? var.master_password_version : null
  iam_database_authentication_enabled = true

  db_subnet_group_name   = aws_db_subnet_group.this.name
  multi_az               = var.multi_az
  ca_cert_identifier     = "rds-ca-rsa2048-g1"
  port                   = 5432
  publicly_accessible    = false
  vpc_security_group_ids = [aws_security_group.this.id]

  backup_retention_period   = var.backup_retention_days
  backup_window             = var.backup_window
  copy_tags_to_snapshot     = true
  delete_automated_backups  = false
  deletion_protection       = var.deletion_protection
  final_snapshot_identifier = "${var.name}-final"
  skip_final_snapshot       = !var.final_snapshot

  allow_major_version_upgrade = var.allow_major_version_upgrade
  apply_immediately           = var.apply_immediately
  auto_minor_version_upgrade  = true
  maintenance_window          = var.maintenance_window
  parameter_group_name        = aws_db_parameter_group.this.name

  enabled_cloudwatch_logs_exports       = local.log_types
  monitoring_interval                   = var.monitoring_interval
  monitoring_role_arn                   = var.monitoring_interval > 0 ? aws_iam_role.monitoring[0].arn : null
  performance_insights_enabled          = true
  performance_insights_kms_key_id       = var.kms_key_arn
  performance_insights_retention_period = 7

  tags = var.tags

  dynamic "blue_green_update" {
    for_each = var.blue_green_update ? [true] : []

    content {
      enabled = true
    }
  }

  # Without its policy the monitoring role is refused; it must go after the instance, too.
  depends_on = [aws_cloudwatch_log_group.this, aws_iam_role_policy_attachment.monitoring]

  lifecycle {
    precondition {
      condition     = local.backup_length >= 30 && local.maintenance_length >= 30
      error_message = "backup_window, maintenance_window: write at least 30 minutes each."
    }

    precondition {
      condition     = !local.windows_meet
      error_message = "backup_window: write one that does not overlap maintenance_window."
    }
  }
}

resource "aws_db_instance" "replica" {
  for_each = var.replicas

  identifier          = "${var.name}-${each.key}"
  replicate_source_db = aws_db_instance.this.identifier
  instance_class      = coalesce(each.value.instance_class, var.instance_class)

  # Slower storage than the primary's would make a replica fall behind.
  iops                  = var.iops
  max_allocated_storage = var.max_allocated_storage
  storage_encrypted     = true
  storage_throughput    = var.storage_throughput
  storage_type          = "gp3"

  availability_zone                   = each.value.availability_zone
  ca_cert_identifier                  = "rds-ca-rsa2048-g1"
  iam_database_authentication_enabled = true
  publicly_accessible                 = false
  vpc_security_group_ids              = [aws_security_group.this.id]

  # A replica holds nothing that the primary does not: it may go when a smaller tier does without it.
  copy_tags_to_snapshot = true
  deletion_protection   = false
  skip_final_snapshot   = true

  apply_immediately          = var.apply_immediately
  auto_minor_version_upgrade = true
  maintenance_window         = var.maintenance_window
  parameter_group_name       = aws_db_parameter_group.this.name

  enabled_cloudwatch_logs_exports       = local.log_types
  monitoring_interval                   = local.replica_intervals[each.key]
  monitoring_role_arn                   = local.replica_intervals[each.key] > 0 ? aws_iam_role.monitoring[0].arn : null
  performance_insights_enabled          = true
  performance_insights_kms_key_id       = var.kms_key_arn
  performance_insights_retention_period = 7

  tags = var.tags

  depends_on = [aws_cloudwatch_log_group.this, aws_iam_role_policy_attachment.monitoring]
}
