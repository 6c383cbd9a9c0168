variable "name" {
  description = "Prefix of all names; the application and its deployment group carry it as it is."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,28}[a-z0-9]$", var.name))
    error_message = "name: write 3 to 30 lower-case letters, digits and hyphens, starting with a letter and not ending with a hyphen."
  }
}

variable "alarm_names" {
  description = "CloudWatch alarms of this Region that stop a deployment and roll it back while one of them rings. Name what users notice (errors, latency, unhealthy targets of either target group)."
  type        = list(string)
  nullable    = false

  validation {
    condition     = length(var.alarm_names) >= 1 && length(var.alarm_names) <= 10
    error_message = "alarm_names: write 1 to 10 alarms; without one, only a task that does not start would roll a deployment back."
  }

  validation {
    condition     = alltrue([for name in var.alarm_names : !startswith(name, "arn:")])
    error_message = "alarm_names: write names, not ARNs; CodeDeploy looks them up in its own account and Region."
  }
}

variable "cluster_name" {
  description = "Cluster of the service."
  type        = string
  nullable    = false
}

variable "listener_arn" {
  description = "Listener that viewers reach; CodeDeploy moves its rules that forward to one of the target groups."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^arn:[^:]+:elasticloadbalancing:[^:]+:[0-9]{12}:listener/app/[^/]+/[^/]+/[^/]+$", var.listener_arn))
    error_message = "listener_arn: write the ARN of an application load balancer's listener (arn:aws:elasticloadbalancing:<region>:<account>:listener/app/...)."
  }
}

variable "role_arns" {
  description = "Roles that new tasks may be started with: the execution role and the task role, and no others."
  type        = list(string)
  nullable    = false

  validation {
    condition     = length(var.role_arns) >= 1 && alltrue([for arn in var.role_arns : can(regex("^arn:[^:]+:iam::[0-9]{12}:role/[^*]+$", arn))])
    error_message = "role_arns: write the ARNs of the execution role and the task role (arn:aws:iam::<account>:role/<name>), without wildcards."
  }
}

variable "service_name" {
  description = "Service that is deployed; its deployment controller must be CODE_DEPLOY."
  type        = string
  nullable    = false
}

variable "target_group_names" {
  description = "Names of the two target groups by colour (blue, green), between which the traffic moves to and fro."
  type        = map(string)
  nullable    = false

  validation {
    condition     = join(",", sort(keys(var.target_group_names))) == "blue,green"
    error_message = "target_group_names: write two names, with the keys blue and green."
  }
}

variable "test_listener_arn" {
  description = "Listener where the new tasks can be tried before viewers reach them."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^arn:[^:]+:elasticloadbalancing:[^:]+:[0-9]{12}:listener/app/[^/]+/[^/]+/[^/]+$", var.test_listener_arn))
    error_message = "test_listener_arn: write the ARN of an application load balancer's listener (arn:aws:elasticloadbalancing:<region>:<account>:listener/app/...)."
  }

  validation {
    condition     = var.test_listener_arn != var.listener_arn
    error_message = "test_listener_arn: write another listener than listener_arn."
  }
}

variable "termination_wait_minutes" {
  description = "Minutes that the old tasks stay after the traffic has moved: so long a rollback is instant, and they are paid for."
  type        = number
  default     = 5
  nullable    = false

  validation {
    condition     = var.termination_wait_minutes >= 0 && var.termination_wait_minutes <= 2880 && floor(var.termination_wait_minutes) == var.termination_wait_minutes
    error_message = "termination_wait_minutes: write whole minutes from 0 to 2880."
  }
}

variable "topic" {
  description = "SNS topic that hears of deployments that fail, are stopped or roll back; kms_key_arn is the customer managed key that encrypts it, if one does. None by default."
  type = object({
    arn         = string
    kms_key_arn = optional(string)
  })
  default = null
}

variable "traffic" {
  description = "How viewers get to the new tasks: all_at_once; canary (percentage first, the rest interval_minutes later); or linear (percentage more every interval_minutes). A canary by default, so that a fault that only traffic shows reaches few."
  type = object({
    type             = string
    percentage       = optional(number, 10)
    interval_minutes = optional(number, 5)
  })
  default  = { type = "canary" }
  nullable = false

  validation {
    condition     = contains(["all_at_once", "canary", "linear"], var.traffic.type)
    error_message = "traffic.type: write all_at_once, canary or linear."
  }

  validation {
    condition     = var.traffic.percentage >= 1 && var.traffic.percentage <= 99 && floor(var.traffic.percentage) == var.traffic.percentage
    error_message = "traffic.percentage: write a whole percentage from 1 to 99; all_at_once moves everything in one step."
  }

  validation {
    condition     = var.traffic.interval_minutes >= 1 && var.traffic.interval_minutes <= 2880 && floor(var.traffic.interval_minutes) == var.traffic.interval_minutes
    error_message = "traffic.interval_minutes: write whole minutes from 1 to 2880."
  }

  validation {
    condition     = var.traffic.type != "linear" || (ceil(100 / max(var.traffic.percentage, 1)) - 1) * var.traffic.interval_minutes <= 2880
    error_message = "traffic: ${ceil(100 / max(var.traffic.percentage, 1))} steps take longer than the 2880 minutes that CodeDeploy allows from the first to the last. Write a larger percentage or a shorter interval_minutes."
  }
}

variable "tags" {
  description = "Tags on every resource, beside the provider's default_tags."
  type        = map(string)
  default     = {}
  nullable    = false
}
