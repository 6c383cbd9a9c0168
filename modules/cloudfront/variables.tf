variable "name" {
  description = "Prefix of all names."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,28}[a-z0-9]$", var.name))
    error_message = "name: write 3 to 30 lower-case letters, digits and hyphens, starting with a letter and not ending with a hyphen."
  }
}

variable "aliases" {
  description = "Names that viewers type; the certificate must cover them."
  type        = list(string)
  nullable    = false

  validation {
    condition     = length(var.aliases) >= 1
    error_message = "aliases: write at least one name; CloudFront's own does not go with the certificate."
  }
}

variable "certificate_arn" {
  description = "Certificate of these names, in us-east-1."
  type        = string
  nullable    = false
}

variable "load_balancer" {
  description = "Internal load balancer that answers for the application, reached through a VPC origin."
  type = object({
    arn      = string
    dns_name = string
  })
  nullable = false
}

variable "media_bucket_domain_name" {
  description = "Regional domain name of the bucket behind /media/."
  type        = string
  nullable    = false
}

variable "static_bucket_domain_name" {
  description = "Regional domain name of the bucket behind /static/."
  type        = string
  nullable    = false
}

variable "access_log_bucket_arn" {
  description = "Bucket that receives the access logs (standard logging v2), under cloudfront/; it must let the log-delivery service write."
  type        = string
  nullable    = false
}

variable "api_cache" {
  description = "Cache of GET and HEAD below /api/: what is in its key beside Authorization and the query string, and for how many seconds an answer may stay. The application's Cache-Control decides within that; without one nothing is kept."
  type = object({
    headers = optional(list(string), ["Accept", "Accept-Language"])
    max_ttl = optional(number, 60)
  })
  default  = {}
  nullable = false

  validation {
    condition     = var.api_cache.max_ttl >= 1 && var.api_cache.max_ttl <= 3600
    error_message = "api_cache.max_ttl: write 1 to 3600 seconds."
  }

  validation {
    condition     = length(var.api_cache.headers) <= 8
    error_message = "api_cache.headers: write at most 8; a cache policy takes 10, and Authorization and Host are among them."
  }

  validation {
    condition = alltrue([
      for header in var.api_cache.headers : !contains(["accept-encoding", "authorization", "cookie", "host"], lower(header))
    ])
    error_message = "api_cache.headers: leave out Accept-Encoding, Authorization, Cookie and Host; they are in the key already."
  }
}

variable "content_security_policy" {
  description = "Content-Security-Policy of all answers; null leaves it to the application."
  type        = string
  default     = null
}

variable "geo_restriction" {
  description = "Countries (ISO 3166-1 alpha-2) that alone may ask (allow) or may not (deny); all may by default."
  type = object({
    allow = optional(list(string), [])
    deny  = optional(list(string), [])
  })
  default  = {}
  nullable = false

  validation {
    condition     = length(var.geo_restriction.allow) == 0 || length(var.geo_restriction.deny) == 0
    error_message = "geo_restriction: write allow or deny, not both."
  }

  validation {
    condition = alltrue([
      for country in concat(var.geo_restriction.allow, var.geo_restriction.deny) : can(regex("^[A-Z]{2}$", country))
    ])
    error_message = "geo_restriction: write countries as two capital letters, such as IN or GB."
  }
}

variable "media_key_group_ids" {
  description = "Key groups whose signed URLs or cookies /media/ asks for; none leaves it open to all viewers."
  type        = list(string)
  default     = []
  nullable    = false
}

variable "origin_shield_region" {
  description = "Region of an extra cache before the load balancer; null has none."
  type        = string
  default     = null
}

variable "price_class" {
  description = "Edge locations that answer: PriceClass_100 (North America and Europe), PriceClass_200 (also Asia, Africa, the Middle East) or PriceClass_All."
  type        = string
  default     = "PriceClass_100"
  nullable    = false

  validation {
    condition     = contains(["PriceClass_100", "PriceClass_200", "PriceClass_All"], var.price_class)
    error_message = "price_class: write PriceClass_100, PriceClass_200 or PriceClass_All."
  }
}

variable "read_timeout" {
  description = "Seconds that CloudFront waits for the application's answer."
  type        = number
  default     = 30
  nullable    = false

  validation {
    condition     = var.read_timeout >= 1 && var.read_timeout <= 60
    error_message = "read_timeout: write 1 to 60 seconds; more needs a quota increase."
  }
}

variable "realtime_metrics" {
  description = "Whether CloudFront also reports cache hit rate, origin latency and error rates by code, at a price per metric."
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

variable "web_acl_arn" {
  description = "WAF web ACL of scope CLOUDFRONT; null has none."
  type        = string
  default     = null
}
