locals {
  tls_denials = {
    DenyPlainHttp = { test = "Bool", variable = "aws:SecureTransport", value = "false" }
    DenyOldTls    = { test = "NumericLessThan", variable = "s3:TlsVersion", value = "1.2" }
  }
}

data "aws_iam_policy_document" "this" {
  for_each = var.buckets

  dynamic "statement" {
    for_each = local.tls_denials
    iterator = denial

    content {
      sid       = denial.key
      effect    = "Deny"
      actions   = ["s3:*"]
      resources = [local.arns[each.key], "${local.arns[each.key]}/*"]

      principals {
        type        = "AWS"
        identifiers = ["*"]
      }

      condition {
        test     = denial.value.test
        variable = denial.value.variable
        values   = [denial.value.value]
      }
    }
  }

  # Each bucket may only log below its own prefix.
  dynamic "statement" {
    for_each = each.key == var.access_log_bucket ? { for key, arn in local.arns : key => arn if key != each.key } : {}
    iterator = source

    content {
      sid       = "S3AccessLogs${join("", [for word in split("-", source.key) : title(word)])}"
      actions   = ["s3:PutObject"]
      resources = ["${local.arns[each.key]}/s3/${source.key}/*"]

      principals {
        type        = "Service"
        identifiers = ["logging.s3.amazonaws.com"]
      }

      condition {
        test     = "StringEquals"
        variable = "aws:SourceAccount"
        values   = [local.account]
      }

      condition {
        test     = "ArnEquals"
        variable = "aws:SourceArn"
        values   = [source.value]
      }
    }
  }

  # One principal for all regions: the accounts of aws_elb_service_account are the legacy form, which younger regions
  # never had. The account in the path is the guard that AWS documents; no condition key is promised for this service.
  dynamic "statement" {
    for_each = each.value.log_delivery ? ["logdelivery.elasticloadbalancing.amazonaws.com"] : []

    content {
      sid       = "LoadBalancerLogs"
      actions   = ["s3:PutObject"]
      resources = local.log_paths[each.key]

      principals {
        type        = "Service"
        identifiers = [statement.value]
      }
    }
  }

  # Flow logs and CloudFront's standard logs (v2), whose delivery lives in us-east-1: so any region of this account.
  dynamic "statement" {
    for_each = each.value.log_delivery ? ["delivery.logs.amazonaws.com"] : []

    content {
      sid       = "VendedLogs"
      actions   = ["s3:PutObject"]
      resources = local.log_paths[each.key]

      principals {
        type        = "Service"
        identifiers = [statement.value]
      }

      condition {
        test     = "StringEquals"
        variable = "s3:x-amz-acl"
        values   = ["bucket-owner-full-control"]
      }

      condition {
        test     = "StringEquals"
        variable = "aws:SourceAccount"
        values   = [local.account]
      }

      condition {
        test     = "ArnLike"
        variable = "aws:SourceArn"
        values   = ["arn:${local.partition}:logs:*:${local.account}:*"]
      }
    }
  }

  dynamic "statement" {
    for_each = each.value.log_delivery ? ["delivery.logs.amazonaws.com"] : []

    content {
      sid       = "VendedLogsBucketCheck"
      actions   = ["s3:GetBucketAcl", "s3:ListBucket"]
      resources = [local.arns[each.key]]

      principals {
        type        = "Service"
        identifiers = [statement.value]
      }

      condition {
        test     = "StringEquals"
        variable = "aws:SourceAccount"
        values   = [local.account]
      }

      condition {
        test     = "ArnLike"
        variable = "aws:SourceArn"
        values   = ["arn:${local.partition}:logs:*:${local.account}:*"]
      }
    }
  }
}

locals {
  # With and without a prefix in front; always below this account.
  log_paths = {
    for key, arn in local.arns : key => ["${arn}/AWSLogs/${local.account}/*", "${arn}/*/AWSLogs/${local.account}/*"]
  }
}

# Apart from the buckets below: what writes logs waits for these, and the distribution must not stand in between.
resource "aws_s3_bucket_policy" "this" {
  for_each = { for key, bucket in var.buckets : key => bucket if !bucket.cloudfront }

  bucket = aws_s3_bucket.this[each.key].bucket
  policy = data.aws_iam_policy_document.this[each.key].json

  depends_on = [aws_s3_bucket_public_access_block.this]
}

data "aws_iam_policy_document" "cloudfront" {
  for_each = { for key, bucket in var.buckets : key => bucket if bucket.cloudfront }

  source_policy_documents = [data.aws_iam_policy_document.this[each.key].json]

  statement {
    sid       = "CloudFrontRead"
    actions   = ["s3:GetObject"]
    resources = ["${local.arns[each.key]}/*"]

    principals {
      type        = "Service"
      identifiers = ["cloudfront.amazonaws.com"]
    }

    condition {
      test     = "StringEquals"
      variable = "aws:SourceArn"
      values   = [var.cloudfront_distribution_arn]
    }
  }
}

resource "aws_s3_bucket_policy" "cloudfront" {
  for_each = { for key, bucket in var.buckets : key => bucket if bucket.cloudfront }

  bucket = aws_s3_bucket.this[each.key].bucket
  policy = data.aws_iam_policy_document.cloudfront[each.key].json

  depends_on = [aws_s3_bucket_public_access_block.this]
}
