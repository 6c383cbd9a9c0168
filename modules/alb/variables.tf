variable "name" {
  description = "Prefix of all names; the load balancer carries it as it is."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,28}[a-z0-9]$", var.name)) && !startswith(var.name, "internal-")
    error_message = "name: write 3 to 30 lower-case letters, digits and hyphens, starting with a letter (but not with \"internal-\") and not ending with a hyphen."
  }
}

variable "certificate_arn" {
  description = "Certificate of the listener; it must cover the names that viewers type, which CloudFront passes on as Host."
  type        = string
  nullable    = false
}

variable "host_names" {
  description = "Names that requests may be for; all others are refused with 403."
  type        = list(string)
  nullable    = false

  validation {
    condition     = length(var.host_names) >= 1 && length(var.host_names) <= 5
    error_message = "host_names: write 1 to 5 names; a listener rule takes no more values."
  }
}

variable "subnet_ids" {
  description = "Subnets of the load balancer, in at least two zones; private ones while it is internal."
  type        = list(string)
  nullable    = false

  validation {
    condition     = length(var.subnet_ids) >= 2
    error_message = "subnet_ids: write at least two subnets, in different zones."
  }
}

variable "target_security_group_id" {
  description = "Security group of the tasks, the only place that the load balancer may send to."
  type        = string
  nullable    = false
}

variable "vpc_id" {
  description = "VPC of the load balancer."
  type        = string
  nullable    = false
}

variable "access_log_bucket" {
  description = "Bucket that receives the access logs; it must let the load-balancing service write."
  type        = string
  nullable    = false
}

variable "blue_green" {
  description = "Whether there is a second target group and a test listener for CodeDeploy."
  type        = bool
  default     = false
  nullable    = false
}

variable "deletion_protection" {
  description = "Whether AWS refuses to delete the load balancer."
  type        = bool
  default     = true
  nullable    = false
}

variable "deregistration_delay" {
  description = "Seconds that a leaving task may finish its requests."
  type        = number
  default     = 30
  nullable    = false

  validation {
    condition     = var.deregistration_delay >= 0 && var.deregistration_delay <= 3600
    error_message = "deregistration_delay: write 0 to 3600 seconds; 30 to 60 suit a web application."
  }
}

variable "health_check" {
  description = "How a task is found healthy: an HTTPS GET of path every interval seconds, answered within timeout seconds with one of the codes in matcher."
  type = object({
    path                = optional(string, "/healthz/")
    matcher             = optional(string, "200")
    interval            = optional(number, 15)
    timeout             = optional(number, 5)
    healthy_threshold   = optional(number, 2)
    unhealthy_threshold = optional(number, 3)
  })
  default  = {}
  nullable = false

  validation {
    condition     = startswith(var.health_check.path, "/")
    error_message = "health_check.path: write an absolute path, such as /healthz/."
  }

  validation {
    condition     = var.health_check.interval >= 5 && var.health_check.interval <= 300 && var.health_check.timeout < var.health_check.interval
    error_message = "health_check: write interval from 5 to 300 seconds, and a shorter timeout."
  }

  validation {
    condition     = var.health_check.timeout >= 2 && var.health_check.timeout <= 120
    error_message = "health_check.timeout: write 2 to 120 seconds."
  }

  validation {
    condition = alltrue([
      for threshold in [var.health_check.healthy_threshold, var.health_check.unhealthy_threshold] :
      threshold >= 2 && threshold <= 10
    ])
    error_message = "health_check: write 2 to 10 for healthy_threshold and unhealthy_threshold."
  }

  validation {
    condition     = can(regex("^[2-3]\\d\\d(,[2-3]\\d\\d)*$", var.health_check.matcher))
    error_message = "health_check.matcher: write the codes of health, such as 200 or 200,204; a range would take errors for health."
  }
}

variable "idle_timeout" {
  description = "Seconds that a connection may be idle; keep the application's keep-alive longer."
  type        = number
  default     = 60
  nullable    = false

  validation {
    condition     = var.idle_timeout >= 1 && var.idle_timeout <= 4000
    error_message = "idle_timeout: write 1 to 4000 seconds."
  }
}

variable "internal" {
  description = "Whether the load balancer has private addresses only; CloudFront reaches it through a VPC origin."
  type        = bool
  default     = true
  nullable    = false
}

variable "load_balancing_algorithm" {
  description = "How the next task is chosen: least_outstanding_requests favours the one with the least to do."
  type        = string
  default     = "least_outstanding_requests"
  nullable    = false

  validation {
    condition     = contains(["least_outstanding_requests", "round_robin", "weighted_random"], var.load_balancing_algorithm)
    error_message = "load_balancing_algorithm: write least_outstanding_requests, round_robin or weighted_random."
  }
}

variable "slow_start" {
  description = "Seconds over which a new task gets its full share of requests; 0 switches that off."
  type        = number
  default     = 0
  nullable    = false

  validation {
    condition     = var.slow_start == 0 || (var.slow_start >= 30 && var.slow_start <= 900)
    error_message = "slow_start: write 0, or 30 to 900 seconds."
  }

  validation {
    condition     = var.slow_start == 0 || var.load_balancing_algorithm == "round_robin"
    error_message = "slow_start: goes only with load_balancing_algorithm = \"round_robin\"."
  }
}

variable "ssl_policy" {
  description = "Protocols and ciphers of the listener: TLS 1.3, and 1.2 with forward secrecy."
  type        = string
  default     = "ELBSecurityPolicy-TLS13-1-2-2021-06"
  nullable    = false

  validation {
    condition     = startswith(var.ssl_policy, "ELBSecurityPolicy-TLS13-1-2-") || startswith(var.ssl_policy, "ELBSecurityPolicy-TLS13-1-3-")
    error_message = "ssl_policy: write a policy with TLS 1.3 and nothing below TLS 1.2, such as ELBSecurityPolicy-TLS13-1-2-2021-06."
  }
}

variable "target_port" {
  description = "Port that the tasks answer on, with TLS."
  type        = number
  default     = 8443
  nullable    = false

  validation {
    condition     = var.target_port >= 1 && var.target_port <= 65535
    error_message = "target_port: write 1 to 65535."
  }
}

variable "tags" {
  description = "Tags on every resource, beside the provider's default_tags."
  type        = map(string)
  default     = {}
  nullable    = false
}
