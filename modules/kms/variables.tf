variable "name" {
  description = "Prefix of all names."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,28}[a-z0-9]$", var.name))
    error_message = "name: write 3 to 30 lower-case letters, digits and hyphens, starting with a letter and not ending with a hyphen."
  }
}

variable "keys" {
  description = "Keys by name (their alias is alias/<name>-<key>). services: AWS services that use the key by themselves, not on behalf of a caller that IAM allows to: budgets, cloudfront, cloudwatch, costalerts, delivery.logs, events, events.rds, logs, s3, sns. edge: the key is also needed in us-east-1. multi_region: the key can be replicated to further regions."
  type = map(object({
    description  = string
    services     = optional(list(string), [])
    edge         = optional(bool, false)
    multi_region = optional(bool, false)
  }))
  nullable = false

  validation {
    condition     = alltrue([for key in keys(var.keys) : can(regex("^[a-z][a-z0-9-]*[a-z0-9]$", key))])
    error_message = "keys: name them with lower-case letters, digits and hyphens, such as \"database\"."
  }

  validation {
    condition = alltrue(flatten([
      for key in var.keys : [
        for service in key.services : contains(
          ["budgets", "cloudfront", "cloudwatch", "costalerts", "delivery.logs", "events", "events.rds", "logs", "s3", "sns"],
          service,
        )
      ]
    ]))
    error_message = "keys: write services out of budgets, cloudfront, cloudwatch, costalerts, delivery.logs, events, events.rds, logs, s3 and sns; others, such as RDS or Secrets Manager, use a key on behalf of callers and need no entry."
  }
}

variable "deletion_window_days" {
  description = "Days in which the deletion of a key can be taken back; the longest that AWS offers, because what a lost key encrypted is lost, too."
  type        = number
  default     = 30
  nullable    = false

  validation {
    condition     = var.deletion_window_days >= 7 && var.deletion_window_days <= 30 && floor(var.deletion_window_days) == var.deletion_window_days
    error_message = "deletion_window_days: write a whole number from 7 to 30."
  }
}

variable "tags" {
  description = "Tags on every resource, beside the provider's default_tags."
  type        = map(string)
  default     = {}
  nullable    = false
}
