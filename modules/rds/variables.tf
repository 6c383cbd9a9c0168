variable "name" {
  description = "Prefix of all names; the primary instance carries it as it is."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,28}[a-z0-9]$", var.name)) && !strcontains(var.name, "--")
    error_message = "name: write 3 to 30 lower-case letters, digits and single hyphens, starting with a letter and not ending with a hyphen."
  }
}

variable "client_security_group_ids" {
  description = "Security groups that may reach the database, by a name that the rules are called after."
  type        = map(string)
  nullable    = false
}

variable "database_name" {
  description = "Database that is created with the instance."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z_][a-z0-9_]{0,62}$", var.database_name))
    error_message = "database_name: write up to 63 lower-case letters, digits and underscores, not starting with a digit."
  }
}

variable "instance_class" {
  description = "Class of the primary instance, and of replicas that name none."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^db\\.[a-z0-9]+\\.[a-z0-9]+$", var.instance_class))
    error_message = "instance_class: write a class such as db.t4g.medium."
  }
}

variable "kms_key_arn" {
  description = "Key that encrypts storage, snapshots, Performance Insights and the master password."
  type        = string
  nullable    = false
}

variable "subnet_ids" {
  description = "Subnets of the database, in at least two zones."
  type        = list(string)
  nullable    = false

  validation {
    condition     = length(var.subnet_ids) >= 2
    error_message = "subnet_ids: write at least two subnets, in different zones."
  }
}

variable "vpc_id" {
  description = "VPC of the database's security group."
  type        = string
  nullable    = false
}

variable "allocated_storage" {
  description = "Storage in GiB to begin with."
  type        = number
  default     = 50
  nullable    = false

  validation {
    condition     = var.allocated_storage >= 20 && var.allocated_storage <= 65536 && floor(var.allocated_storage) == var.allocated_storage
    error_message = "allocated_storage: write whole GiB from 20 to 65536."
  }
}

variable "allow_major_version_upgrade" {
  description = "Whether engine_version may go to a new major version. An upgrade cannot be taken back, so it is set for that change alone."
  type        = bool
  default     = false
  nullable    = false
}

variable "apply_immediately" {
  description = "Whether changes that interrupt the database are made at once instead of in the maintenance window."
  type        = bool
  default     = false
  nullable    = false
}

variable "backup_retention_days" {
  description = "How far back the database can be restored to any point in time, in days."
  type        = number
  default     = 7
  nullable    = false

  validation {
    condition     = var.backup_retention_days >= 7 && var.backup_retention_days <= 35
    error_message = "backup_retention_days: write 7 to 35 days; less would not cover a holiday week."
  }
}

variable "backup_window" {
  description = "Daily window of the automated backup, in UTC."
  type        = string
  default     = "02:00-03:00"
  nullable    = false

  validation {
    condition     = can(regex("^([01]\\d|2[0-3]):[0-5]\\d-([01]\\d|2[0-3]):[0-5]\\d$", var.backup_window))
    error_message = "backup_window: write hh:mm-hh:mm, at least 30 minutes, apart from the maintenance window."
  }
}

variable "blue_green_update" {
  description = "Whether engine and parameter changes go through RDS's own blue/green deployment: seconds of interruption instead of minutes, at the price of a second instance while it lasts. Needs master_password \"secret\" and no replicas."
  type        = bool
  default     = false
  nullable    = false

  validation {
    condition     = !var.blue_green_update || length(var.replicas) == 0
    error_message = "blue_green_update: leave it off where there are replicas; Terraform cannot update those this way."
  }
}

variable "deletion_protection" {
  description = "Whether AWS refuses to delete the primary instance; replicas can be made again."
  type        = bool
  default     = true
  nullable    = false
}

variable "engine_version" {
  description = "Version of PostgreSQL; of a major version alone, AWS chooses the newest minor one."
  type        = string
  default     = "16"
  nullable    = false

  validation {
    condition     = can(regex("^(1[6-9]|[2-9]\\d)(\\.\\d+)?$", var.engine_version))
    error_message = "engine_version: write 16 or later, such as \"16\" or \"16.8\"."
  }
}

variable "final_snapshot" {
  description = "Whether deleting the database leaves a last snapshot, named <name>-final."
  type        = bool
  default     = true
  nullable    = false
}

variable "iops" {
  description = "Provisioned operations per second; null is what gp3 includes: 3000, and 12000 from 400 GiB on. Below 400 GiB it cannot be chosen."
  type        = number
  default     = null

  validation {
    condition     = var.iops == null ? true : var.allocated_storage >= 400 && var.iops >= 12000 && var.iops <= 64000
    error_message = "iops: write 12000 to 64000 with an allocated_storage of 400 GiB or more, else leave it out."
  }
}

variable "log_kms_key_arn" {
  description = "Key that encrypts the log groups; null leaves that to a key of AWS."
  type        = string
  default     = null
}

variable "log_retention_days" {
  description = "Days that the database's logs are kept in CloudWatch Logs."
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
  default     = "sun:03:30-sun:04:30"
  nullable    = false

  validation {
    condition     = can(regex("^(mon|tue|wed|thu|fri|sat|sun):([01]\\d|2[0-3]):[0-5]\\d-(mon|tue|wed|thu|fri|sat|sun):([01]\\d|2[0-3]):[0-5]\\d$", var.maintenance_window))
    error_message = "maintenance_window: write ddd:hh:mm-ddd:hh:mm, at least 30 minutes."
  }
}

variable "master_password" {
  description = "Who keeps the master password: rds (RDS makes and rotates it), or secret (made once, in a secret of this module), which AWS demands for replicas and blue/green updates."
  type        = string
  default     = "rds"
  nullable    = false

  validation {
    condition     = contains(["rds", "secret"], var.master_password)
    error_message = "master_password: write rds or secret."
  }

  validation {
    condition     = var.master_password == "secret" || (length(var.replicas) == 0 && !var.blue_green_update)
    error_message = "master_password: write secret; AWS refuses replicas and blue/green updates while RDS manages the password."
  }
}

variable "master_password_version" {
  description = "Raised by one, it makes a new master password and writes it to secret and database. Only with master_password \"secret\"; RDS rotates its own."
  type        = number
  default     = 1
  nullable    = false

  validation {
    condition     = var.master_password_version >= 1 && floor(var.master_password_version) == var.master_password_version
    error_message = "master_password_version: write a whole number from 1 on, and never a lower one than before."
  }
}

variable "max_allocated_storage" {
  description = "GiB up to which RDS grows the storage by itself; 0 switches that off."
  type        = number
  default     = 500
  nullable    = false

  validation {
    condition     = var.max_allocated_storage == 0 || (var.max_allocated_storage >= ceil(var.allocated_storage * 1.1) && var.max_allocated_storage <= 65536)
    error_message = "max_allocated_storage: write 0, or at least 10 % more than allocated_storage and at most 65536."
  }
}

variable "monitoring_interval" {
  description = "Seconds between two samples of enhanced monitoring; 0 switches it off."
  type        = number
  default     = 60
  nullable    = false

  validation {
    condition     = contains([0, 1, 5, 10, 15, 30, 60], var.monitoring_interval)
    error_message = "monitoring_interval: write 0, 1, 5, 10, 15, 30 or 60."
  }
}

variable "multi_az" {
  description = "Whether a standby in another zone takes over when the primary fails."
  type        = bool
  default     = true
  nullable    = false
}

variable "parameters" {
  description = "Further parameters of PostgreSQL, by name. apply_method is immediate, or pending-reboot for static ones."
  type = map(object({
    value        = string
    apply_method = optional(string, "immediate")
  }))
  default  = {}
  nullable = false

  validation {
    condition     = alltrue([for item in values(var.parameters) : contains(["immediate", "pending-reboot"], item.apply_method)])
    error_message = "parameters: write apply_method as immediate or pending-reboot."
  }

  validation {
    condition     = !contains(keys(var.parameters), "rds.force_ssl")
    error_message = "parameters: leave rds.force_ssl out; connections without TLS are always refused."
  }
}

variable "replicas" {
  description = "Read replicas by name: their class and monitoring (the primary's by default), and a zone of their own where it matters. They need master_password \"secret\"."
  type = map(object({
    instance_class      = optional(string)
    availability_zone   = optional(string)
    monitoring_interval = optional(number)
  }))
  default  = {}
  nullable = false

  validation {
    condition     = alltrue([for key in keys(var.replicas) : can(regex("^[a-z0-9]+(-[a-z0-9]+)*$", key)) && length(key) <= 21])
    error_message = "replicas: name them with up to 21 lower-case letters, digits and single hyphens."
  }

  validation {
    condition     = alltrue([for item in values(var.replicas) : item.instance_class == null ? true : can(regex("^db\\.[a-z0-9]+\\.[a-z0-9]+$", item.instance_class))])
    error_message = "replicas: write an instance_class such as db.t4g.medium."
  }

  validation {
    condition     = alltrue([for item in values(var.replicas) : item.monitoring_interval == null ? true : contains([0, 1, 5, 10, 15, 30, 60], item.monitoring_interval)])
    error_message = "replicas: write a monitoring_interval of 0, 1, 5, 10, 15, 30 or 60."
  }

  validation {
    condition     = length(var.replicas) <= 15
    error_message = "replicas: PostgreSQL on RDS takes at most 15."
  }
}

variable "storage_throughput" {
  description = "Provisioned throughput in MiB/s; null is what gp3 includes: 125, and 500 from 400 GiB on. Below 400 GiB it cannot be chosen."
  type        = number
  default     = null

  validation {
    condition = var.storage_throughput == null ? true : (
      var.allocated_storage >= 400 && var.storage_throughput >= 500 && var.storage_throughput <= min(4000, coalesce(var.iops, 12000) / 4)
    )
    error_message = "storage_throughput: write 500 to 4000 with an allocated_storage of 400 GiB or more, and at most a quarter of iops."
  }
}

variable "tags" {
  description = "Tags on every resource, beside the provider's default_tags."
  type        = map(string)
  default     = {}
  nullable    = false
}

variable "username" {
  description = "Name of the master user; its password is only in Secrets Manager."
  type        = string
  default     = "campus"
  nullable    = false

  validation {
    condition     = can(regex("^[a-z_][a-z0-9_]{0,62}$", var.username)) && !contains(["postgres", "admin", "rdsadmin"], var.username)
    error_message = "username: write lower-case letters, digits and underscores, and none of postgres, admin, rdsadmin."
  }
}
