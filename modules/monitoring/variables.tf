variable "name" {
  description = "Prefix of all names."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,28}[a-z0-9]$", var.name))
    error_message = "name: write 3 to 30 lower-case letters, digits and hyphens, starting with a letter and not ending with a hyphen."
  }
}

variable "alert_emails" {
  description = "Addresses that are told of alarms and of the budget; each must confirm its subscription."
  type        = list(string)
  nullable    = false

  validation {
    condition     = length(var.alert_emails) >= 1 && length(var.alert_emails) <= 10 && alltrue([for address in var.alert_emails : can(regex("^[^@\\s]+@[^@\\s]+\\.[^@\\s]+$", address))])
    error_message = "alert_emails: write at least one e-mail address (an alarm that no one hears is none), at most the 10 that a budget can tell; more people share a list's address."
  }
}

variable "cache" {
  description = "Replication group to watch, by id and the ids of its nodes."
  type = object({
    replication_group_id = string
    node_ids             = list(string)
  })
  nullable = false
}

variable "certificate_arns" {
  description = "Certificates whose expiry is watched, by name; those of us-east-1 under us_east_1."
  type = object({
    regional  = optional(map(string), {})
    us_east_1 = optional(map(string), {})
  })
  default  = {}
  nullable = false
}

variable "database" {
  description = "Database to watch: identifier, class, storage in GiB, the identifiers of its replicas by name, and max_connections where its parameter group sets it (null: RDS's default for the class)."
  type = object({
    identifier            = string
    instance_class        = string
    allocated_storage_gib = number
    max_connections       = optional(number)
    replica_identifiers   = optional(map(string), {})
  })
  nullable = false

  validation {
    condition     = can(regex("^db\\.[a-z][a-z0-9-]*\\.(micro|small|medium|large|[0-9]*xlarge)$", var.database.instance_class))
    error_message = "database.instance_class: write a class such as db.t4g.medium."
  }

  validation {
    condition     = var.database.allocated_storage_gib > 0
    error_message = "database.allocated_storage_gib: write the storage in GiB, above 0."
  }
}

variable "distribution_id" {
  description = "CloudFront distribution to watch."
  type        = string
  nullable    = false
}

variable "kms_key_arn" {
  description = "Key of the topic; CloudWatch, Budgets and RDS events must be let use it."
  type        = string
  nullable    = false
}

variable "load_balancer" {
  description = "Load balancer and target group to watch, by the last parts of their ARNs; other target groups of the service by name (green, under CodeDeploy)."
  type = object({
    arn_suffix              = string
    target_group_arn_suffix = string

    other_target_group_arn_suffixes = optional(map(string), {})
  })
  nullable = false
}

variable "monthly_budget_usd" {
  description = "What the account may cost in a month, in USD."
  type        = number
  nullable    = false

  validation {
    condition     = var.monthly_budget_usd > 0
    error_message = "monthly_budget_usd: write a number above 0."
  }
}

variable "objectives" {
  description = "What users are promised: 95th percentile of the response time in milliseconds, and uptime in percent; and the tasks' CPU in percent, beyond which the first cannot be kept for long."
  type = object({
    p95_ms               = number
    availability_percent = number
    cpu_percent          = optional(number, 85)
  })
  nullable = false

  validation {
    condition     = var.objectives.p95_ms > 0
    error_message = "objectives: write p95_ms above 0."
  }

  validation {
    condition = alltrue([
      for percent in [var.objectives.availability_percent, var.objectives.cpu_percent] : percent > 0 && percent < 100
    ]) && var.objectives.availability_percent >= 94
    error_message = "objectives: write availability_percent from 94 to below 100, and cpu_percent between 0 and 100."
  }
}

variable "service" {
  description = "ECS service to watch, the number of tasks below which it is short, and the log group of its tasks."
  type = object({
    cluster_name   = string
    service_name   = string
    min_tasks      = number
    log_group_name = string
  })
  nullable = false
}

variable "us_east_1_kms_key_arn" {
  description = "Key of the topic in us-east-1, where CloudFront's metrics live."
  type        = string
  nullable    = false
}

variable "cost_anomalies" {
  description = "Whether unusual costs are reported, too. An account can have one monitor of this kind; leave it off where it has one."
  type        = bool
  default     = false
  nullable    = false
}

variable "nat_gateway_ids" {
  description = "NAT gateways to watch, by zone."
  type        = map(string)
  default     = {}
  nullable    = false
}

variable "nat_instance_ids" {
  description = "NAT instances to watch, by zone."
  type        = map(string)
  default     = {}
  nullable    = false
}

variable "reserved_percent" {
  description = "Share in percent of the hours of database and cache that Reserved Instances shall cover, and of the reserved hours that shall be used; below it the people of alert_emails are told. Null: not watched."
  type        = number
  default     = null

  validation {
    condition     = var.reserved_percent == null ? true : var.reserved_percent > 0 && var.reserved_percent <= 100
    error_message = "reserved_percent: write a percentage above 0 and up to 100, or leave it out."
  }
}

variable "tags" {
  description = "Tags on every resource, beside the provider's default_tags."
  type        = map(string)
  default     = {}
  nullable    = false
}
