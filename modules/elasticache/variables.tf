variable "name" {
  description = "Prefix of all names; the replication group carries it as it is."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,28}[a-z0-9]$", var.name)) && !strcontains(var.name, "--")
    error_message = "name: write 3 to 30 lower-case letters, digits and single hyphens, starting with a letter and not ending with a hyphen."
  }
}

variable "client_security_group_ids" {
  description = "Security groups that may reach the cache, by a name that the rules are called after."
  type        = map(string)
  nullable    = false
}

variable "kms_key_arn" {
  description = "Key that encrypts what the cache writes to disk, and its snapshots."
  type        = string
  nullable    = false
}

variable "node_type" {
  description = "Class of every node."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^cache\\.[a-z0-9]+\\.[a-z0-9]+$", var.node_type))
    error_message = "node_type: write a class such as cache.t4g.micro."
  }
}

variable "subnet_ids" {
  description = "Subnets of the nodes, in at least two zones."
  type        = list(string)
  nullable    = false

  validation {
    condition     = length(var.subnet_ids) >= 2
    error_message = "subnet_ids: write at least two subnets, in different zones."
  }
}

variable "vpc_id" {
  description = "VPC of the cache's security group."
  type        = string
  nullable    = false
}

variable "apply_immediately" {
  description = "Whether changes are made at once instead of in the maintenance window."
  type        = bool
  default     = false
  nullable    = false
}

variable "engine" {
  description = "redis or valkey. Going from redis to valkey is made in place, the way back replaces the cache."
  type        = string
  default     = "redis"
  nullable    = false

  validation {
    condition     = contains(["redis", "valkey"], var.engine)
    error_message = "engine: write redis or valkey."
  }
}

variable "engine_version" {
  description = "Version of the engine: 7.0 or 7.1 of Redis, 7.2 or 8.x of Valkey."
  type        = string
  default     = "7.1"
  nullable    = false

  validation {
    condition     = can(regex(var.engine == "redis" ? "^7\\.[01]$" : "^(7\\.2|8\\.\\d+)$", var.engine_version))
    error_message = "engine_version: write 7.0 or 7.1 for redis, 7.2 or 8.x for valkey; older ones know no IAM authentication."
  }
}

variable "log_kms_key_arn" {
  description = "Key that encrypts the log groups; null leaves that to a key of AWS."
  type        = string
  default     = null
}

variable "log_retention_days" {
  description = "Days that the cache's logs are kept in CloudWatch Logs."
  type        = number
  default     = 30
  nullable    = false

  validation {
    condition     = contains([1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653], var.log_retention_days)
    error_message = "log_retention_days: write a number that CloudWatch Logs knows, such as 7, 14, 30, 90, 180 or 365."
  }
}

variable "maintenance_window" {
  description = "Weekly window for patches and deferred changes, in UTC."
  type        = string
  default     = "sun:05:00-sun:06:00"
  nullable    = false

  validation {
    condition     = can(regex("^(mon|tue|wed|thu|fri|sat|sun):([01]\\d|2[0-3]):[0-5]\\d-(mon|tue|wed|thu|fri|sat|sun):([01]\\d|2[0-3]):[0-5]\\d$", var.maintenance_window))
    error_message = "maintenance_window: write ddd:hh:mm-ddd:hh:mm, at least an hour."
  }
}

variable "maxmemory_policy" {
  description = "What goes when memory is full. volatile-lru gives up entries with an expiry first, so that sessions outlive cached queries only as long as both expire."
  type        = string
  default     = "volatile-lru"
  nullable    = false

  validation {
    condition     = contains(["allkeys-lfu", "allkeys-lru", "noeviction", "volatile-lfu", "volatile-lru", "volatile-ttl"], var.maxmemory_policy)
    error_message = "maxmemory_policy: write volatile-lru, volatile-lfu, volatile-ttl, allkeys-lru, allkeys-lfu or noeviction."
  }
}

variable "notification_topic_arn" {
  description = "Topic that is told of failovers and of maintenance; null tells no one. ElastiCache cannot publish to an encrypted topic."
  type        = string
  default     = null
}

variable "num_nodes" {
  description = "Nodes: one primary, the others replicas to fail over to."
  type        = number
  default     = 2
  nullable    = false

  validation {
    condition     = var.num_nodes >= 2 && var.num_nodes <= 6 && floor(var.num_nodes) == var.num_nodes
    error_message = "num_nodes: write 2 to 6; a single node has nothing to fail over to."
  }
}

variable "snapshot_retention_days" {
  description = "Days that a daily snapshot is kept."
  type        = number
  default     = 7
  nullable    = false

  validation {
    condition     = var.snapshot_retention_days >= 1 && var.snapshot_retention_days <= 35
    error_message = "snapshot_retention_days: write 1 to 35."
  }
}

variable "snapshot_window" {
  description = "Daily window of the snapshot, in UTC."
  type        = string
  default     = "03:00-04:00"
  nullable    = false

  validation {
    condition     = can(regex("^([01]\\d|2[0-3]):[0-5]\\d-([01]\\d|2[0-3]):[0-5]\\d$", var.snapshot_window))
    error_message = "snapshot_window: write hh:mm-hh:mm, at least an hour, apart from the maintenance window."
  }
}

variable "user_name" {
  description = "Name and id of the application's user, one per account and region; null is <name>-app."
  type        = string
  default     = null

  validation {
    condition     = var.user_name == null ? true : can(regex("^[a-z][a-z0-9]*(-[a-z0-9]+)*$", var.user_name)) && length(var.user_name) <= 40
    error_message = "user_name: write up to 40 lower-case letters, digits and single hyphens; with IAM the id must equal the name."
  }

  validation {
    condition     = var.user_name == null ? true : !contains(["default", "${var.name}-default"], var.user_name)
    error_message = "user_name: write another one; this one is taken by the disabled user default."
  }
}

variable "tags" {
  description = "Tags on every resource, beside the provider's default_tags."
  type        = map(string)
  default     = {}
  nullable    = false
}
