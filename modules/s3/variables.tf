variable "name" {
  description = "Prefix of all names; a bucket is named <name>-<key>-<account>-<region>, so that no other account's bucket stands in the way."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,28}[a-z0-9]$", var.name))
    error_message = "name: write 3 to 30 lower-case letters, digits and hyphens, starting with a letter and not ending with a hyphen."
  }
}

variable "buckets" {
  description = <<-TEXT
    Buckets by key. encryption: "kms" (with kms_key_arn, else the account's key aws/s3) or "s3" (a key that S3 owns).
    cors_origins: sites whose pages may upload. cloudfront: the distribution may read. log_delivery: load balancers,
    CloudFront, flow logs and, if it is access_log_bucket, S3 may write logs; always encrypted by S3, which is all that
    load balancers can write to. In days: object_lock_days until an object may be deleted, noncurrent_days until a
    replaced version goes, expire_days until an object goes, transition.infrequent_access_days and
    transition.glacier_days until it moves to STANDARD_IA and GLACIER.
  TEXT
  type = map(object({
    cloudfront       = optional(bool, false)
    cors_origins     = optional(list(string), [])
    encryption       = optional(string, "kms")
    expire_days      = optional(number)
    kms_key_arn      = optional(string)
    log_delivery     = optional(bool, false)
    noncurrent_days  = optional(number, 30)
    object_lock_days = optional(number)
    versioning       = optional(bool, true)
    transition = optional(object({
      glacier_days           = optional(number)
      infrequent_access_days = optional(number)
    }), {})
  }))
  nullable = false

  validation {
    condition     = alltrue([for key in keys(var.buckets) : can(regex("^[a-z][a-z0-9-]*[a-z0-9]$", key))])
    error_message = "buckets: name them with lower-case letters, digits and hyphens, such as \"media\"."
  }

  validation {
    condition     = alltrue([for bucket in var.buckets : contains(["kms", "s3"], bucket.encryption)])
    error_message = "buckets: write encryption as \"kms\" or \"s3\"."
  }

  validation {
    condition = alltrue([
      for bucket in var.buckets : bucket.kms_key_arn == null if bucket.log_delivery || bucket.encryption == "s3"
    ])
    error_message = "buckets: leave kms_key_arn out where log_delivery is true or encryption is \"s3\"; it would not be used."
  }

  validation {
    condition = alltrue([
      for bucket in var.buckets : bucket.kms_key_arn != null if bucket.cloudfront && bucket.encryption == "kms"
    ])
    error_message = "buckets: give kms_key_arn, or encryption = \"s3\", where cloudfront is true; CloudFront cannot use the key aws/s3."
  }

  validation {
    condition = alltrue([
      for bucket in var.buckets : !bucket.cloudfront && bucket.object_lock_days == null if bucket.log_delivery
    ])
    error_message = "buckets: keep log_delivery apart from cloudfront (logs are no content) and from object_lock_days (S3 cannot deliver access logs into a locked bucket)."
  }

  validation {
    condition = alltrue(flatten([
      for bucket in var.buckets : [for origin in bucket.cors_origins : can(regex("^https://[^*/]+$", origin))]
    ]))
    error_message = "buckets: write cors_origins as https://<host>, without a path and without *."
  }

  validation {
    condition     = alltrue([for bucket in var.buckets : bucket.versioning if bucket.object_lock_days != null])
    error_message = "buckets: leave versioning on where object_lock_days is given; S3 locks versions."
  }

  validation {
    condition = alltrue(flatten([
      for bucket in var.buckets : [
        for days in [bucket.expire_days, bucket.noncurrent_days, bucket.object_lock_days, bucket.transition.glacier_days] :
        days >= 1 && floor(days) == days if days != null
      ]
    ]))
    error_message = "buckets: write expire_days, noncurrent_days, object_lock_days and transition.glacier_days as whole numbers from 1."
  }

  validation {
    condition = alltrue([
      for bucket in var.buckets : bucket.transition.infrequent_access_days >= 30 &&
      coalesce(bucket.transition.glacier_days, 36500) >= bucket.transition.infrequent_access_days + 30
      if bucket.transition.infrequent_access_days != null
    ])
    error_message = "buckets: write transition.infrequent_access_days as 30 or more, and glacier_days at least 30 later; S3 charges 30 days of STANDARD_IA at least."
  }

  validation {
    condition = alltrue([
      for bucket in var.buckets : bucket.expire_days > max(
        coalesce(bucket.transition.infrequent_access_days, 0), coalesce(bucket.transition.glacier_days, 0),
      ) if bucket.expire_days != null
    ])
    error_message = "buckets: write expire_days later than the transitions."
  }
}

variable "access_log_bucket" {
  description = "Key of the bucket that receives the access logs of the others, under s3/<key>/; null writes none."
  type        = string
  default     = null

  validation {
    condition     = var.access_log_bucket == null || try(var.buckets[var.access_log_bucket].log_delivery, false)
    error_message = "access_log_bucket: write the key of a bucket with log_delivery = true."
  }
}

variable "cloudfront_distribution_arn" {
  description = "ARN of the distribution that may read the buckets with cloudfront = true. Only their policies depend on it."
  type        = string
  default     = null

  validation {
    condition     = var.cloudfront_distribution_arn != null || !anytrue([for bucket in var.buckets : bucket.cloudfront])
    error_message = "cloudfront_distribution_arn: give the distribution's ARN, because a bucket has cloudfront = true."
  }
}

variable "tags" {
  description = "Tags on every resource, beside the provider's default_tags."
  type        = map(string)
  default     = {}
  nullable    = false
}
