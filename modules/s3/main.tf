data "aws_caller_identity" "current" {}

data "aws_partition" "current" {}

data "aws_region" "current" {}

locals {
  account   = data.aws_caller_identity.current.account_id
  partition = data.aws_partition.current.partition
  region    = data.aws_region.current.id

  names = { for key in keys(var.buckets) : key => "${var.name}-${key}-${local.account}-${local.region}" }

  # By name, so that policies are known in the plan.
  arns = { for key, name in local.names : key => "arn:${local.partition}:s3:::${name}" }
}

resource "aws_s3_bucket" "this" {
  for_each = var.buckets

  bucket              = local.names[each.key]
  object_lock_enabled = each.value.object_lock_days != null
  tags                = var.tags

  lifecycle {
    precondition {
      condition     = length(local.names[each.key]) <= 63
      error_message = "The bucket name ${local.names[each.key]} is longer than 63 characters: shorten name or the bucket's key."
    }
  }
}

resource "aws_s3_bucket_public_access_block" "this" {
  for_each = var.buckets

  bucket                  = aws_s3_bucket.this[each.key].bucket
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

# No ACLs at all: policies alone decide.
resource "aws_s3_bucket_ownership_controls" "this" {
  for_each = var.buckets

  bucket = aws_s3_bucket.this[each.key].bucket

  rule {
    object_ownership = "BucketOwnerEnforced"
  }
}

resource "aws_s3_bucket_server_side_encryption_configuration" "this" {
  for_each = var.buckets

  bucket = aws_s3_bucket.this[each.key].bucket

  rule {
    bucket_key_enabled = each.value.encryption == "kms" && !each.value.log_delivery

    apply_server_side_encryption_by_default {
      kms_master_key_id = each.value.kms_key_arn
      sse_algorithm     = each.value.encryption == "kms" && !each.value.log_delivery ? "aws:kms" : "AES256"
    }
  }
}

resource "aws_s3_bucket_versioning" "this" {
  for_each = var.buckets

  bucket = aws_s3_bucket.this[each.key].bucket

  versioning_configuration {
    status = each.value.versioning ? "Enabled" : "Suspended"
  }
}

# GOVERNANCE: a person with s3:BypassGovernanceRetention can still clean up after a mistake, nobody else can delete.
resource "aws_s3_bucket_object_lock_configuration" "this" {
  for_each = { for key, bucket in var.buckets : key => bucket if bucket.object_lock_days != null }

  bucket = aws_s3_bucket.this[each.key].bucket

  rule {
    default_retention {
      days = each.value.object_lock_days
      mode = "GOVERNANCE"
    }
  }

  depends_on = [aws_s3_bucket_versioning.this]
}

resource "aws_s3_bucket_lifecycle_configuration" "this" {
  for_each = var.buckets

  bucket = aws_s3_bucket.this[each.key].bucket

  rule {
    id     = "abort-multipart-uploads"
    status = "Enabled"

    filter {}

    abort_incomplete_multipart_upload {
      days_after_initiation = 7
    }
  }

  # Also after versioning was suspended: older versions are still there then.
  rule {
    id     = "expire-noncurrent-versions"
    status = "Enabled"

    filter {}

    expiration {
      expired_object_delete_marker = true
    }

    noncurrent_version_expiration {
      noncurrent_days = each.value.noncurrent_days
    }
  }

  dynamic "rule" {
    for_each = each.value.expire_days != null ? [each.value.expire_days] : []

    content {
      id     = "expire"
      status = "Enabled"

      filter {}

      expiration {
        days = rule.value
      }
    }
  }

  dynamic "rule" {
    for_each = anytrue([for days in values(each.value.transition) : days != null]) ? [each.value.transition] : []

    content {
      id     = "transition"
      status = "Enabled"

      filter {}

      dynamic "transition" {
        for_each = {
          for class, days in { STANDARD_IA = rule.value.infrequent_access_days, GLACIER = rule.value.glacier_days } :
          class => days if days != null
        }

        content {
          days          = transition.value
          storage_class = transition.key
        }
      }
    }
  }

  depends_on = [aws_s3_bucket_versioning.this]
}

resource "aws_s3_bucket_cors_configuration" "this" {
  for_each = { for key, bucket in var.buckets : key => bucket if length(bucket.cors_origins) > 0 }

  bucket = aws_s3_bucket.this[each.key].bucket

  cors_rule {
    allowed_headers = ["*"]
    allowed_methods = ["GET", "HEAD", "POST", "PUT"]
    allowed_origins = each.value.cors_origins
    expose_headers  = ["ETag"]
    max_age_seconds = 3000
  }
}

resource "aws_s3_bucket_logging" "this" {
  for_each = { for key, bucket in var.buckets : key => bucket if var.access_log_bucket != null && key != var.access_log_bucket }

  bucket        = aws_s3_bucket.this[each.key].bucket
  target_bucket = aws_s3_bucket.this[var.access_log_bucket].bucket
  target_prefix = "s3/${each.key}/"

  # S3 refuses a target that it may not write to yet.
  depends_on = [aws_s3_bucket_policy.this]
}
