variable "name" {
  description = "Prefix of all names."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,28}[a-z0-9]$", var.name))
    error_message = "name: write 3 to 30 lower-case letters, digits and hyphens, starting with a letter and not ending with a hyphen."
  }
}

variable "distribution_domain_name" {
  description = "CloudFront's name of the distribution that the records point to."
  type        = string
  nullable    = false
}

variable "distribution_zone_id" {
  description = "Hosted zone of that name, which is the same for all distributions."
  type        = string
  nullable    = false
}

variable "domain" {
  description = "Name that users type; the zone is of this name."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\\.)+[a-z]{2,63}$", var.domain))
    error_message = "domain: write a name in lower case such as campus.example.com, without https:// and without a dot at the end."
  }
}

variable "alternative_names" {
  description = "Further names of the same zone, such as www.<domain>."
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for name in var.alternative_names : endswith(name, ".${var.domain}")])
    error_message = "alternative_names: write names below the domain, such as www.<domain>."
  }

  validation {
    condition     = length(var.alternative_names) <= 4
    error_message = "alternative_names: write at most 4; the load balancer's rule takes 5 names in all."
  }
}

variable "caa_issuers" {
  description = "Certificate authorities that may issue for the domain."
  type        = list(string)
  default     = ["amazon.com"]
  nullable    = false

  validation {
    condition     = contains(var.caa_issuers, "amazon.com") || contains(var.caa_issuers, "amazontrust.com")
    error_message = "caa_issuers: keep amazon.com in the list, or ACM could not renew the certificates."
  }
}

variable "create_zone" {
  description = "Whether the public hosted zone is made here; else it must exist."
  type        = bool
  default     = true
  nullable    = false
}

variable "query_log" {
  description = "Logging of DNS queries in us-east-1, where Route 53 needs it: days to keep, and a key there. Off by default: it can cost more than the zone."
  type = object({
    enabled        = optional(bool, false)
    retention_days = optional(number, 30)
    kms_key_arn    = optional(string)
  })
  default  = {}
  nullable = false

  validation {
    condition = contains(
      [1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653],
      var.query_log.retention_days
    )
    error_message = "query_log.retention_days: write a number of days that CloudWatch Logs knows, such as 7, 30, 90 or 365."
  }
}

variable "tags" {
  description = "Tags on every resource, beside the provider's default_tags."
  type        = map(string)
  default     = {}
  nullable    = false
}
