variable "name" {
  description = "Prefix of all names; the cluster, the service and the container carry it."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,28}[a-z0-9]$", var.name))
    error_message = "name: write 3 to 30 lower-case letters, digits and hyphens, starting with a letter and not ending with a hyphen."
  }
}

variable "autoscaling" {
  description = "Bounds of the number of tasks and what they follow: average CPU and memory in percent (always on), requests per target and minute (needs load_balancer.target_group_arn_suffixes), cooldowns in seconds (out fast, in slow), and scheduled changes of the bounds (schedule is a cron(), rate() or at() expression)."
  type = object({
    min                 = number
    max                 = number
    cpu_target          = optional(number, 60)
    memory_target       = optional(number, 75)
    requests_per_target = optional(number)
    scale_in_cooldown   = optional(number, 300)
    scale_out_cooldown  = optional(number, 60)
    scheduled = optional(map(object({
      schedule = string
      min      = number
      max      = number
      timezone = optional(string, "UTC")
    })), {})
  })
  nullable = false

  validation {
    condition     = var.autoscaling.min >= 1 && var.autoscaling.min <= var.autoscaling.max
    error_message = "autoscaling: write min of at least 1 and no more than max."
  }

  validation {
    condition = alltrue([
      for target in [var.autoscaling.cpu_target, var.autoscaling.memory_target] : target >= 10 && target <= 90
    ])
    error_message = "autoscaling: write cpu_target and memory_target as a percentage from 10 to 90."
  }

  validation {
    condition     = var.autoscaling.scale_out_cooldown >= 0 && var.autoscaling.scale_in_cooldown >= var.autoscaling.scale_out_cooldown
    error_message = "autoscaling: write scale_in_cooldown no shorter than scale_out_cooldown; a service that shrinks faster than it grows oscillates."
  }

  validation {
    condition     = var.autoscaling.requests_per_target == null || length(var.load_balancer.target_group_arn_suffixes) > 0
    error_message = "autoscaling.requests_per_target: give load_balancer.target_group_arn_suffixes, too, with every target group that may get the traffic."
  }

  validation {
    condition = alltrue([
      for action in values(var.autoscaling.scheduled) :
      can(regex("^(cron|rate|at)\\(.+\\)$", action.schedule)) && action.min >= 0 && action.min <= action.max
    ])
    error_message = "autoscaling.scheduled: write schedule as cron(...), rate(...) or at(...), and min no more than max."
  }
}

variable "cpu" {
  description = "CPU units of a task; 1024 are one vCPU."
  type        = number
  nullable    = false

  validation {
    condition     = contains([256, 512, 1024, 2048, 4096, 8192, 16384], var.cpu)
    error_message = "cpu: write 256, 512, 1024, 2048, 4096, 8192 or 16384."
  }
}

variable "desired_count" {
  description = "Number of tasks that the service is created with; auto-scaling owns it from then on."
  type        = number
  nullable    = false

  validation {
    condition     = var.desired_count >= var.autoscaling.min && var.desired_count <= var.autoscaling.max
    error_message = "desired_count: write a number from autoscaling.min to autoscaling.max."
  }
}

variable "image" {
  description = "Container image with a tag or a digest. A digest, or a tag in a repository with immutable tags, makes a rollback bring back what ran before."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[^\\s@]*[^\\s:@/](:[A-Za-z0-9_][A-Za-z0-9_.-]{0,127})?(@sha256:[0-9a-f]{64})?$", var.image)) && can(regex("(:[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}|@sha256:[0-9a-f]{64})$", var.image))
    error_message = "image: write it with a tag (repository:1.4.2) or a digest (repository@sha256:<64 hexadecimal digits>)."
  }

  validation {
    condition     = !can(regex(":latest(@|$)", var.image))
    error_message = "image: write the tag of one build, not latest; what latest points to changes between two task starts."
  }
}

variable "load_balancer" {
  description = "Target group that the service registers its tasks with, the load balancer's security group, and for scaling on requests the last part of the ARN of every target group that may get the traffic, by colour."
  type = object({
    target_group_arn          = string
    security_group_id         = string
    target_group_arn_suffixes = optional(map(string), {})
  })
  nullable = false

  validation {
    condition     = alltrue([for colour in keys(var.load_balancer.target_group_arn_suffixes) : can(regex("^[a-z][a-z0-9_]*$", colour))])
    error_message = "load_balancer.target_group_arn_suffixes: write lower-case letters, digits and underscores as keys, such as blue and green; metrics are named after them."
  }
}

variable "memory" {
  description = "Memory of a task in MiB; what is allowed depends on cpu."
  type        = number
  nullable    = false

  validation {
    condition = contains(lookup({
      256   = [512, 1024, 2048]
      512   = range(1024, 4097, 1024)
      1024  = range(2048, 8193, 1024)
      2048  = range(4096, 16385, 1024)
      4096  = range(8192, 30721, 1024)
      8192  = range(16384, 61441, 4096)
      16384 = range(32768, 122881, 8192)
    }, var.cpu, []), var.memory)
    error_message = "memory: ${var.memory} MiB do not go with ${var.cpu} CPU units on Fargate. Write for 256: 512, 1024 or 2048; 512: 1024-4096; 1024: 2048-8192; 2048: 4096-16384; 4096: 8192-30720 (these in steps of 1024); 8192: 16384-61440 in steps of 4096; 16384: 32768-122880 in steps of 8192."
  }
}

variable "subnet_ids" {
  description = "Private subnets that the tasks run in, one per zone."
  type        = list(string)
  nullable    = false

  validation {
    condition     = length(var.subnet_ids) >= 2 && length(var.subnet_ids) <= 16
    error_message = "subnet_ids: write 2 to 16 subnets, in at least two zones."
  }
}

variable "vpc_id" {
  description = "VPC of the tasks' security group."
  type        = string
  nullable    = false
}

variable "architecture" {
  description = "CPU architecture of the image: X86_64 or ARM64 (Graviton, 20 % cheaper)."
  type        = string
  default     = "X86_64"
  nullable    = false

  validation {
    condition     = contains(["X86_64", "ARM64"], var.architecture)
    error_message = "architecture: write X86_64 or ARM64."
  }
}

variable "bucket_access" {
  description = "Buckets of this account that the task role may use: read, or read-write (which can delete objects, but not their versions); kms_key_arn is the key that encrypts the bucket."
  type = map(object({
    bucket_arn  = string
    actions     = string
    kms_key_arn = optional(string)
  }))
  default  = {}
  nullable = false

  validation {
    condition     = alltrue([for key in keys(var.bucket_access) : can(regex("^[a-z][a-z0-9-]*$", key))])
    error_message = "bucket_access: write names of lower-case letters, digits and hyphens."
  }

  validation {
    condition     = alltrue([for bucket in values(var.bucket_access) : contains(["read", "read-write"], bucket.actions)])
    error_message = "bucket_access: write actions as read or read-write."
  }
}

variable "capacity" {
  description = "How tasks are spread over FARGATE (on_demand_base tasks first, then by on_demand_weight) and FARGATE_SPOT (by spot_weight). No Spot by default: a reclaim can stop several tasks at once."
  type = object({
    on_demand_base   = optional(number, 1)
    on_demand_weight = optional(number, 1)
    spot_weight      = optional(number, 0)
  })
  default  = {}
  nullable = false

  validation {
    condition     = var.capacity.on_demand_base >= 0 && var.capacity.on_demand_base <= 100000
    error_message = "capacity: write on_demand_base from 0 to 100000."
  }

  validation {
    condition = alltrue([
      for weight in [var.capacity.on_demand_weight, var.capacity.spot_weight] : weight >= 0 && weight <= 1000
    ]) && var.capacity.on_demand_weight + var.capacity.spot_weight > 0
    error_message = "capacity: write on_demand_weight and spot_weight from 0 to 1000, at least one of them above 0."
  }
}

variable "command" {
  description = "Command of the service's container; null: the image's own."
  type        = list(string)
  default     = null
}

variable "connect" {
  description = "What the task role may log in to with IAM: cache_arns (replication group and user, elasticache:Connect) and database_arns (arn:...:rds-db:<region>:<account>:dbuser:<resource id>/<user>, rds-db:connect)."
  type = object({
    cache_arns    = optional(list(string), [])
    database_arns = optional(list(string), [])
  })
  default  = {}
  nullable = false
}

variable "container_insights" {
  description = "Container Insights of the cluster: enabled, enhanced (per task and container; costs more) or disabled."
  type        = string
  default     = "enabled"
  nullable    = false

  validation {
    condition     = contains(["enabled", "enhanced", "disabled"], var.container_insights)
    error_message = "container_insights: write enabled, enhanced or disabled."
  }
}

variable "deployment" {
  description = "Who replaces the tasks: rolling (ECS, rolled back by the circuit breaker) or code_deploy (blue-green; a deployment then brings a new task definition, subnets or capacity to the running tasks, not Terraform)."
  type        = string
  default     = "rolling"
  nullable    = false

  validation {
    condition     = contains(["rolling", "code_deploy"], var.deployment)
    error_message = "deployment: write rolling or code_deploy."
  }
}

variable "egress" {
  description = "Security groups that the tasks may reach, by name (database, cache), beside port 443 everywhere."
  type = map(object({
    security_group_id = string
    port              = number
    description       = optional(string)
  }))
  default  = {}
  nullable = false

  validation {
    condition     = alltrue([for rule in values(var.egress) : rule.port >= 1 && rule.port <= 65535])
    error_message = "egress: write port from 1 to 65535."
  }
}

variable "environment" {
  description = "Environment of the containers. It is readable by everyone who may describe a task: nothing secret here."
  type        = map(string)
  default     = {}
  nullable    = false

  validation {
    condition     = alltrue([for key in keys(var.environment) : can(regex("^[A-Za-z_][A-Za-z0-9_]*$", key))])
    error_message = "environment: write names with letters, digits and underscores, not starting with a digit."
  }

  validation {
    condition     = !anytrue([for key in keys(var.environment) : can(regex("(?i)PASSWORD|SECRET|TOKEN|PRIVATE_KEY|API_KEY", key))])
    error_message = "environment: ${join(", ", [for key in keys(var.environment) : key if can(regex("(?i)PASSWORD|SECRET|TOKEN|PRIVATE_KEY|API_KEY", key))])} would be readable in the task definition and in the state. Store the value in Secrets Manager and write its ARN under secrets instead."
  }

  validation {
    condition     = !anytrue([for value in values(var.environment) : can(regex("://[^/@:\\s]*:[^/@\\s]+@", value))])
    error_message = "environment: write URLs without user:password@, and give the password through secrets."
  }
}

variable "ephemeral_storage_kms_key_arn" {
  description = "Single-region key that encrypts the tasks' ephemeral storage; its policy must let fargate.amazonaws.com use it. Null: Fargate's own key encrypts it."
  type        = string
  default     = null
}

variable "execute_command" {
  description = "Whether a person with ecs:ExecuteCommand may open a shell in a task (ECS Exec); sessions are logged. Off by default, because a shell sees every secret of the task."
  type        = bool
  default     = false
  nullable    = false
}

variable "health_check" {
  description = "Container health check: path asked for over HTTPS on the container's own port, or a command (CMD or CMD-SHELL first) instead; interval, timeout and start_period in seconds, retries until unhealthy. grace_period: seconds after a task's start in which ECS ignores the load balancer's health check."
  type = object({
    path         = optional(string, "/healthz/")
    command      = optional(list(string))
    interval     = optional(number, 30)
    timeout      = optional(number, 5)
    retries      = optional(number, 3)
    start_period = optional(number, 60)
    grace_period = optional(number, 60)
  })
  default  = {}
  nullable = false

  validation {
    condition     = can(regex("^/[A-Za-z0-9._~/-]*$", var.health_check.path))
    error_message = "health_check: write path as an absolute path of letters, digits and . _ ~ / -, without a query."
  }

  validation {
    condition     = var.health_check.command == null || can(regex("^(CMD|CMD-SHELL)$", var.health_check.command[0]))
    error_message = "health_check: write command with CMD or CMD-SHELL as its first word."
  }

  validation {
    condition = alltrue([
      var.health_check.interval >= 5 && var.health_check.interval <= 300,
      var.health_check.timeout >= 2 && var.health_check.timeout <= 60,
      var.health_check.retries >= 1 && var.health_check.retries <= 10,
      var.health_check.start_period >= 0 && var.health_check.start_period <= 300,
      var.health_check.grace_period >= 0 && var.health_check.grace_period <= 2147483647,
    ])
    error_message = "health_check: write interval 5-300 s, timeout 2-60 s, retries 1-10, start_period 0-300 s, and grace_period of 0 s or more."
  }
}

variable "log_kms_key_arn" {
  description = "Key that encrypts the log groups; null: CloudWatch's own key."
  type        = string
  default     = null
}

variable "log_retention_days" {
  description = "Days that the logs are kept."
  type        = number
  default     = 30
  nullable    = false

  validation {
    condition = contains(
      [1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653],
      var.log_retention_days,
    )
    error_message = "log_retention_days: write a number that CloudWatch Logs knows, such as 7, 14, 30, 90, 180 or 365."
  }
}

variable "one_off_tasks" {
  description = "Task definitions to be run once by the pipeline (migrate, for one), by name, with the service's image, environment, secrets and roles and a command of their own."
  type = map(object({
    command = list(string)
  }))
  default  = {}
  nullable = false

  validation {
    condition     = alltrue([for key, task in var.one_off_tasks : can(regex("^[a-z][a-z0-9-]{0,30}$", key)) && length(task.command) > 0])
    error_message = "one_off_tasks: write names of lower-case letters, digits and hyphens (31 at most), each with a command."
  }
}

variable "port" {
  description = "Port that the container serves HTTPS on."
  type        = number
  default     = 8443
  nullable    = false

  validation {
    condition     = var.port >= 1024 && var.port <= 65535
    error_message = "port: write 1024 to 65535; a container that is not root cannot open a lower one."
  }
}

variable "repository_arn" {
  description = "ECR repository that the execution role may pull from; null: the one that image names, if it is in ECR."
  type        = string
  default     = null
}

variable "retain_task_definitions" {
  description = "Whether former revisions of the task definition stay active, as a rollback needs them."
  type        = bool
  default     = true
  nullable    = false
}

variable "secret_kms_key_arns" {
  description = "Keys that encrypt the secrets."
  type        = list(string)
  default     = []
  nullable    = false
}

variable "secrets" {
  description = "Secret environment of the containers: name to ARN of a Secrets Manager secret, with :<json key>:: at its end for one key of it. Fargate reads the value when a task starts."
  type        = map(string)
  default     = {}
  nullable    = false

  validation {
    condition     = alltrue([for key in keys(var.secrets) : can(regex("^[A-Za-z_][A-Za-z0-9_]*$", key))])
    error_message = "secrets: write names with letters, digits and underscores, not starting with a digit."
  }

  validation {
    condition     = length(setintersection(keys(var.secrets), keys(var.environment))) == 0
    error_message = "secrets: write each name either here or under environment, not in both."
  }

  validation {
    condition     = alltrue([for arn in values(var.secrets) : can(regex("^arn:[a-z-]+:secretsmanager:[a-z0-9-]+:[0-9]{12}:secret:[^:]+(:[^:]*:[^:]*:[^:]*)?$", arn))])
    error_message = "secrets: write ARNs of Secrets Manager secrets (arn:aws:secretsmanager:<region>:<account>:secret:<name>), with :<json key>:: at the end for one key."
  }
}

variable "stop_timeout" {
  description = "Seconds between SIGTERM and SIGKILL; longer than the longest request. Spot gives a task 120 s."
  type        = number
  default     = 60
  nullable    = false

  validation {
    condition     = var.stop_timeout >= 0 && var.stop_timeout <= 120
    error_message = "stop_timeout: write 0 to 120 seconds; Fargate kills a task after that."
  }
}

variable "user" {
  description = "User, or user and group, of the containers' processes as numbers."
  type        = string
  default     = "10001:10001"
  nullable    = false

  validation {
    condition     = can(regex("^[1-9][0-9]{0,8}(:[1-9][0-9]{0,8})?$", var.user))
    error_message = "user: write <user id> or <user id>:<group id> as numbers above 0; containers do not run as root."
  }
}

variable "wait_for_steady_state" {
  description = "Whether an apply ends only when all tasks are healthy."
  type        = bool
  default     = false
  nullable    = false
}

variable "tags" {
  description = "Tags on every resource, beside the provider's default_tags."
  type        = map(string)
  default     = {}
  nullable    = false
}
