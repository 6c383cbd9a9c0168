variable "name" {
  description = "Prefix of all names."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,28}[a-z0-9]$", var.name))
    error_message = "name: write 3 to 30 lower-case letters, digits and hyphens, starting with a letter and not ending with a hyphen."
  }
}

variable "cidr" {
  description = "IPv4 range of the VPC. A quarter each goes to the public, private and database layer, the last quarter stays free; each layer has room for four zones (/20 subnets in a /16)."
  type        = string
  default     = "10.0.0.0/16"
  nullable    = false

  validation {
    condition     = can(regex("/(1[6-9]|2[0-2])$", var.cidr)) && try(cidrsubnet(var.cidr, 0, 0) == var.cidr, false)
    error_message = "cidr: write the first address of an IPv4 network of /16 to /22, such as 10.0.0.0/16."
  }
}

variable "flow_logs" {
  description = "Where the flow logs of all traffic go: to a log group of CloudWatch Logs (kept for retention_days, encrypted with kms_key_arn or a key that AWS owns), or to the bucket bucket_arn, whose lifecycle rules keep them."
  type = object({
    destination    = optional(string, "cloud-watch-logs")
    retention_days = optional(number, 90)
    bucket_arn     = optional(string)
    kms_key_arn    = optional(string)
  })
  default  = {}
  nullable = false

  validation {
    condition     = contains(["cloud-watch-logs", "s3"], var.flow_logs.destination)
    error_message = "flow_logs.destination: write \"cloud-watch-logs\" or \"s3\"."
  }

  validation {
    condition     = var.flow_logs.destination != "s3" || var.flow_logs.bucket_arn != null
    error_message = "flow_logs.bucket_arn: give the ARN of a bucket that takes log delivery, because destination is \"s3\"."
  }

  validation {
    condition = contains(
      [1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653],
      var.flow_logs.retention_days,
    )
    error_message = "flow_logs.retention_days: write a number of days that CloudWatch Logs knows, such as 30, 90, 180 or 365."
  }
}

variable "interface_endpoints" {
  description = "Services to reach through interface endpoints in every private subnet, by the last part of their name: ecr.api, ecr.dkr, logs, secretsmanager, sts. Each costs about 7 USD a month and zone."
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition = alltrue([
      for service in var.interface_endpoints : can(regex("^[a-z0-9][a-z0-9.-]*$", service)) && !startswith(service, "com.")
    ])
    error_message = "interface_endpoints: write the part of the service name after the region, such as \"ecr.api\"."
  }

  validation {
    condition     = !contains(var.interface_endpoints, "s3") && !contains(var.interface_endpoints, "dynamodb")
    error_message = "interface_endpoints: leave out s3, which always has a free gateway endpoint, and dynamodb, which nothing here uses."
  }
}

variable "ipv6" {
  description = "Whether the VPC and its subnets also have IPv6 addresses; private subnets then reach the internet through an egress-only internet gateway."
  type        = bool
  default     = false
  nullable    = false
}

variable "nat" {
  description = "How private subnets reach the internet: a NAT gateway \"per_zone\", a \"single\" NAT gateway, one NAT \"instance\", or \"none\"."
  type        = string
  default     = "per_zone"
  nullable    = false

  validation {
    condition     = contains(["per_zone", "single", "instance", "none"], var.nat)
    error_message = "nat: write \"per_zone\", \"single\", \"instance\" or \"none\"."
  }
}

variable "nat_instance_type" {
  description = "Instance type of the NAT instance, on Graviton; the smallest is the default because tasks fetch little from outside."
  type        = string
  default     = "t4g.nano"
  nullable    = false

  validation {
    condition     = can(regex("^[a-z]+[0-9]+g[a-z]*\\.[a-z0-9]+$", var.nat_instance_type))
    error_message = "nat_instance_type: write a Graviton type such as t4g.nano or c7gn.medium; the image is built for arm64."
  }
}

variable "zone_names" {
  description = "Names of the availability zones in a fixed order, if not simply the first ones of the region: append to it, never reorder it. `zones` does not matter then."
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition = (
      contains([0, 2, 3, 4], length(var.zone_names)) &&
      length(distinct(var.zone_names)) == length(var.zone_names) &&
      alltrue([for zone in var.zone_names : can(regex("^[a-z]{2}(-[a-z]+)+-[0-9][a-z]$", zone))])
    )
    error_message = "zone_names: write two to four different zones of the region, such as [\"us-east-1a\", \"us-east-1b\"], or leave it empty."
  }
}

variable "zones" {
  description = "Number of availability zones."
  type        = number
  default     = 3
  nullable    = false

  validation {
    condition     = contains([2, 3], var.zones)
    error_message = "zones: write 2 or 3."
  }
}

variable "tags" {
  description = "Tags on every resource, beside the provider's default_tags."
  type        = map(string)
  default     = {}
  nullable    = false
}
