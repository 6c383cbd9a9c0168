variable "name" {
  description = "Prefix of all names; a secret is named <name>/<key>."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,28}[a-z0-9]$", var.name))
    error_message = "name: write 3 to 30 lower-case letters, digits and hyphens, starting with a letter and not ending with a hyphen."
  }
}

variable "kms_key_arn" {
  description = "ARN of the KMS key that encrypts the secrets."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^arn:[^:]+:kms:[^:]+:[0-9]{12}:key/", var.kms_key_arn))
    error_message = "kms_key_arn: write the ARN of a KMS key, arn:aws:kms:<region>:<account>:key/<id>."
  }
}

variable "secrets" {
  description = "Secrets by name. With generate, Secrets Manager makes a random value of length characters that Terraform never keeps, and makes a new one when version is raised; without it the secret stays empty for a person to fill."
  type = map(object({
    description = string
    version     = optional(number, 1)
    generate = optional(object({
      length              = optional(number, 50)
      exclude_punctuation = optional(bool, true)
    }))
  }))
  nullable = false

  validation {
    condition     = alltrue([for key in keys(var.secrets) : can(regex("^[a-z][a-z0-9-]*[a-z0-9]$", key))])
    error_message = "secrets: name them with lower-case letters, digits and hyphens, such as \"django\"."
  }

  validation {
    condition     = alltrue([for secret in var.secrets : length(secret.description) > 0 && length(secret.description) <= 2048])
    error_message = "secrets: write a description of 1 to 2048 characters that says who uses the secret."
  }

  validation {
    condition = alltrue([
      for secret in var.secrets : try(secret.generate.length >= 32 && secret.generate.length <= 4096, secret.generate == null)
    ])
    error_message = "secrets: write generate.length from 32 to 4096 characters."
  }

  validation {
    condition     = alltrue([for secret in var.secrets : secret.version >= 1 && floor(secret.version) == secret.version])
    error_message = "secrets: write version as a whole number from 1; raise it by one for a new value."
  }
}

variable "recovery_window_days" {
  description = "Days in which the deletion of a secret can be taken back."
  type        = number
  default     = 30
  nullable    = false

  validation {
    condition     = var.recovery_window_days >= 7 && var.recovery_window_days <= 30 && floor(var.recovery_window_days) == var.recovery_window_days
    error_message = "recovery_window_days: write a whole number from 7 to 30."
  }
}

variable "tags" {
  description = "Tags on every resource, beside the provider's default_tags."
  type        = map(string)
  default     = {}
  nullable    = false
}
