data "aws_caller_identity" "current" {}

data "aws_partition" "current" {}

data "aws_region" "current" {}

locals {
  account    = data.aws_caller_identity.current.account_id
  dns_suffix = data.aws_partition.current.dns_suffix
  partition  = data.aws_partition.current.partition
  region     = data.aws_region.current.id

  # A key is replicated only where it lives elsewhere and is needed at the edge, too.
  replicas = { for name, key in var.keys : name => key if key.edge && local.region != "us-east-1" }

  # One policy for each key in each region, because the principal of CloudWatch Logs is regional.
  policies = merge(
    { for name, key in var.keys : name => { services = key.services, region = local.region } },
    { for name, key in local.replicas : "${name}/us-east-1" => { services = key.services, region = "us-east-1" } },
  )

  by_account = { test = "StringEquals", variable = "aws:SourceAccount", value = local.account }

  # What ties a service to this account where it does not send, or AWS does not document, aws:SourceAccount.
  bindings = {
    cloudfront = { test = "ArnLike", variable = "aws:SourceArn", value = "arn:${local.partition}:cloudfront::${local.account}:distribution/*" }
    events     = { test = "ArnLike", variable = "kms:EncryptionContext:aws:sns:topicArn", value = "arn:${local.partition}:sns:*:${local.account}:*" }
    logs       = { test = "ArnLike", variable = "kms:EncryptionContext:aws:logs:arn", value = "arn:${local.partition}:logs:*:${local.account}:*" }
  }

  # Services that pass messages or files through the key need no more than a data key and its decryption.
  through = ["kms:Decrypt", "kms:GenerateDataKey*"]
  actions = {
    logs = ["kms:Decrypt*", "kms:Describe*", "kms:Encrypt*", "kms:GenerateDataKey*", "kms:ReEncrypt*"]
  }
}

# In a key policy the resource * is the key itself.
data "aws_iam_policy_document" "this" {
  for_each = local.policies

  # Hands the key over to IAM; without it a key can become unmanageable for ever.
  statement {
    sid       = "AccountThroughIam"
    actions   = ["kms:*"]
    resources = ["*"]

    principals {
      type        = "AWS"
      identifiers = ["arn:${local.partition}:iam::${local.account}:root"]
    }
  }

  dynamic "statement" {
    for_each = toset(each.value.services)
    iterator = service

    content {
      sid       = join("", [for word in split(".", service.key) : title(word)])
      actions   = lookup(local.actions, service.key, local.through)
      resources = ["*"]

      principals {
        type        = "Service"
        identifiers = [service.key == "logs" ? "logs.${each.value.region}.${local.dns_suffix}" : "${service.key}.amazonaws.com"]
      }

      condition {
        test     = lookup(local.bindings, service.key, local.by_account).test
        variable = lookup(local.bindings, service.key, local.by_account).variable
        values   = [lookup(local.bindings, service.key, local.by_account).value]
      }
    }
  }
}

resource "aws_kms_key" "this" {
  for_each = var.keys

  description             = each.value.description
  deletion_window_in_days = var.deletion_window_days
  enable_key_rotation     = true
  multi_region            = each.value.multi_region || contains(keys(local.replicas), each.key)
  policy                  = data.aws_iam_policy_document.this[each.key].json
  tags                    = merge(var.tags, { Name = "${var.name}-${each.key}" })
}

resource "aws_kms_alias" "this" {
  for_each = var.keys

  name          = "alias/${var.name}-${each.key}"
  target_key_id = aws_kms_key.this[each.key].key_id
}

# Rotation comes with the primary key.
resource "aws_kms_replica_key" "us_east_1" {
  for_each = local.replicas
  provider = aws.us_east_1

  description             = each.value.description
  deletion_window_in_days = var.deletion_window_days
  policy                  = data.aws_iam_policy_document.this["${each.key}/us-east-1"].json
  primary_key_arn         = aws_kms_key.this[each.key].arn
  tags                    = merge(var.tags, { Name = "${var.name}-${each.key}" })
}

resource "aws_kms_alias" "us_east_1" {
  for_each = local.replicas
  provider = aws.us_east_1

  name          = "alias/${var.name}-${each.key}"
  target_key_id = aws_kms_replica_key.us_east_1[each.key].key_id
}
