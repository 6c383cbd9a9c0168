data "aws_caller_identity" "current" {}

locals {
  generated = { for name, secret in var.secrets : name => secret if secret.generate != null }
}

resource "aws_secretsmanager_secret" "this" {
  for_each = var.secrets

  name                    = "${var.name}/${each.key}"
  description             = each.value.description
  kms_key_id              = var.kms_key_arn
  recovery_window_in_days = var.recovery_window_days
  tags                    = var.tags
}

# Opened anew by every plan; its value leaves memory only when the version below is new.
ephemeral "aws_secretsmanager_random_password" "this" {
  for_each = local.generated

  exclude_punctuation        = each.value.generate.exclude_punctuation
  password_length            = each.value.generate.length
  require_each_included_type = true
}

resource "aws_secretsmanager_secret_version" "this" {
  for_each = local.generated

  secret_id                = aws_secretsmanager_secret.this[each.key].id
  secret_string_wo         = ephemeral.aws_secretsmanager_random_password.this[each.key].random_password
  secret_string_wo_version = each.value.version
}

# In a secret's policy the resource * is the secret itself. IAM alone allows; this only takes away.
data "aws_iam_policy_document" "this" {
  statement {
    sid       = "DenyPlainHttp"
    effect    = "Deny"
    actions   = ["secretsmanager:*"]
    resources = ["*"]

    principals {
      type        = "*"
      identifiers = ["*"]
    }

    condition {
      test     = "Bool"
      variable = "aws:SecureTransport"
      values   = ["false"]
    }
  }

  statement {
    sid       = "DenyOtherAccounts"
    effect    = "Deny"
    actions   = ["secretsmanager:*"]
    resources = ["*"]

    principals {
      type        = "*"
      identifiers = ["*"]
    }

    condition {
      test     = "StringNotEquals"
      variable = "aws:PrincipalAccount"
      values   = [data.aws_caller_identity.current.account_id]
    }

    # AWS services that call in their own name carry no principal account.
    condition {
      test     = "Bool"
      variable = "aws:PrincipalIsAWSService"
      values   = ["false"]
    }
  }
}

resource "aws_secretsmanager_secret_policy" "this" {
  for_each = var.secrets

  block_public_policy = true
  policy              = data.aws_iam_policy_document.this.json
  secret_arn          = aws_secretsmanager_secret.this[each.key].arn
}
