locals {
  family    = var.engine == "redis" ? "redis7" : "valkey${split(".", var.engine_version)[0]}"
  log_types = ["engine-log", "slow-log"]
  user_name = coalesce(var.user_name, "${var.name}-app")

  # All that a cache, a session store and a rate limiter use. Rules are read from the left: the categories before it bring
  # CLIENT KILL, FLUSHALL, SWAPDB, MIGRATE and KEYS along, which -@admin -@dangerous takes away again. FLUSHDB comes
  # back last, as cache.clear() of Django calls it.
  access_string = "on ~* -@all +@connection +@read +@write +@transaction +@scripting -@admin -@dangerous +flushdb"

  # Also for Valkey, which takes users of either engine: a group of engine valkey refuses a user without a password, and
  # so a disabled default user. A change from redis to valkey leaves the users alone, too.
  user_engine = "redis"
}

resource "aws_security_group" "this" {
  name        = "${var.name}-cache"
  description = "Cache of ${var.name}"
  vpc_id      = var.vpc_id
  tags        = merge(var.tags, { Name = "${var.name}-cache" })
}

# A cache answers; it opens no connections, so there is no egress rule.
resource "aws_vpc_security_group_ingress_rule" "this" {
  for_each = var.client_security_group_ids

  security_group_id            = aws_security_group.this.id
  description                  = "Cache from ${each.key}"
  from_port                    = 6379
  ip_protocol                  = "tcp"
  referenced_security_group_id = each.value
  to_port                      = 6379
  tags                         = var.tags
}

resource "aws_elasticache_subnet_group" "this" {
  name        = var.name
  description = "Subnets of the cache of ${var.name}"
  subnet_ids  = var.subnet_ids
  tags        = var.tags
}

# The name carries the family, so that an upgrade finds its group beside the old one.
resource "aws_elasticache_parameter_group" "this" {
  name        = "${var.name}-${local.family}"
  description = "Cache of ${var.name}"
  family      = local.family
  tags        = var.tags

  parameter {
    name  = "maxmemory-policy"
    value = var.maxmemory_policy
  }

  lifecycle {
    create_before_destroy = true
  }
}

# With IAM there is no password to keep: the id and the name must then be the same.
resource "aws_elasticache_user" "app" {
  user_id       = local.user_name
  user_name     = local.user_name
  access_string = local.access_string
  engine        = local.user_engine
  tags          = var.tags

  authentication_mode {
    type = "iam"
  }
}

# Every group must have a user called default; this one can do nothing.
resource "aws_elasticache_user" "default" {
  user_id       = "${var.name}-default"
  user_name     = "default"
  access_string = "off -@all"
  engine        = local.user_engine
  tags          = var.tags

  authentication_mode {
    type = "no-password-required"
  }
}

resource "aws_elasticache_user_group" "this" {
  user_group_id = var.name
  engine        = local.user_engine
  user_ids      = [aws_elasticache_user.app.user_id, aws_elasticache_user.default.user_id]
  tags          = var.tags
}

resource "aws_cloudwatch_log_group" "this" {
  for_each = toset(local.log_types)

  name              = "/aws/elasticache/${var.name}/${each.key}"
  kms_key_id        = var.log_kms_key_arn
  retention_in_days = var.log_retention_days
  tags              = var.tags
}

resource "aws_elasticache_replication_group" "this" {
  replication_group_id = var.name
  description          = "Sessions, query cache and rate limits of ${var.name}"

  engine         = var.engine
  engine_version = var.engine_version
  node_type      = var.node_type

  automatic_failover_enabled = true
  multi_az_enabled           = true
  num_cache_clusters         = var.num_nodes

  parameter_group_name = aws_elasticache_parameter_group.this.name
  port                 = 6379
  security_group_ids   = [aws_security_group.this.id]
  subnet_group_name    = aws_elasticache_subnet_group.this.name

  at_rest_encryption_enabled = true
  kms_key_id                 = var.kms_key_arn
  transit_encryption_enabled = true
  transit_encryption_mode    = "required"
  user_group_ids             = [aws_elasticache_user_group.this.id]

  apply_immediately          = var.apply_immediately
  auto_minor_version_upgrade = true
  maintenance_window         = var.maintenance_window
  notification_topic_arn     = var.notification_topic_arn
  snapshot_retention_limit   = var.snapshot_retention_days
  snapshot_window            = var.snapshot_window

  tags = var.tags

  dynamic "log_delivery_configuration" {
    for_each = aws_cloudwatch_log_group.this

    content {
      destination      = log_delivery_configuration.value.name
      destination_type = "cloudwatch-logs"
      log_format       = "json"
      log_type         = log_delivery_configuration.key
    }
  }

  lifecycle {
    precondition {
      condition     = local.snapshot_length >= 60 && local.maintenance_length >= 60
      error_message = "snapshot_window, maintenance_window: write at least an hour each."
    }

    precondition {
      condition     = !local.windows_meet
      error_message = "snapshot_window: write one that does not overlap maintenance_window."
    }
  }
}
