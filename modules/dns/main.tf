locals {
  names    = concat([var.domain], var.alternative_names)
  zone_arn = var.create_zone ? aws_route53_zone.this[0].arn : data.aws_route53_zone.this[0].arn
  zone_id  = var.create_zone ? aws_route53_zone.this[0].zone_id : data.aws_route53_zone.this[0].zone_id
  aliases  = { for pair in setproduct(local.names, ["A", "AAAA"]) : "${pair[0]} ${pair[1]}" => { name = pair[0], type = pair[1] } }

  # ACM's validation record is the same for all certificates of an account over the same name.
  validations = {
    for option in aws_acm_certificate.viewer.domain_validation_options : option.domain_name => option
  }
}

resource "aws_route53_zone" "this" {
  count = var.create_zone ? 1 : 0

  name    = var.domain
  comment = "Public zone of ${var.name}"
  tags    = var.tags
}

data "aws_route53_zone" "this" {
  count = var.create_zone ? 0 : 1

  name         = var.domain
  private_zone = false
}

resource "aws_route53_record" "alias" {
  for_each = local.aliases

  zone_id = local.zone_id
  name    = each.value.name
  type    = each.value.type

  alias {
    name                   = var.distribution_domain_name
    zone_id                = var.distribution_zone_id
    evaluate_target_health = false # a distribution has no health that Route 53 could ask for
  }
}

resource "aws_route53_record" "caa" {
  zone_id = local.zone_id
  name    = var.domain
  type    = "CAA"
  ttl     = 3600
  records = [for issuer in sort(var.caa_issuers) : "0 issue \"${issuer}\""]
}

# For viewers: CloudFront takes certificates from us-east-1 only.
resource "aws_acm_certificate" "viewer" {
  provider = aws.us_east_1

  domain_name               = var.domain
  subject_alternative_names = var.alternative_names
  validation_method         = "DNS"
  tags                      = merge(var.tags, { Name = "${var.name}-viewer" })

  lifecycle {
    create_before_destroy = true
  }
}

# For the load balancer, over the same names: CloudFront passes the viewer's Host on and checks the name against it.
resource "aws_acm_certificate" "origin" {
  domain_name               = var.domain
  subject_alternative_names = var.alternative_names
  validation_method         = "DNS"
  tags                      = merge(var.tags, { Name = "${var.name}-origin" })

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_route53_record" "validation" {
  for_each = toset(local.names)

  zone_id         = local.zone_id
  name            = local.validations[each.key].resource_record_name
  type            = local.validations[each.key].resource_record_type
  records         = [local.validations[each.key].resource_record_value]
  ttl             = 300
  allow_overwrite = true
}

resource "aws_acm_certificate_validation" "viewer" {
  provider = aws.us_east_1

  certificate_arn         = aws_acm_certificate.viewer.arn
  validation_record_fqdns = [for record in aws_route53_record.validation : record.fqdn]
}

resource "aws_acm_certificate_validation" "origin" {
  certificate_arn = aws_acm_certificate.origin.arn

  depends_on = [aws_route53_record.validation]
}

data "aws_caller_identity" "current" {}

data "aws_iam_policy_document" "query_log" {
  count = var.query_log.enabled ? 1 : 0

  statement {
    actions   = ["logs:CreateLogStream", "logs:PutLogEvents"]
    resources = ["${aws_cloudwatch_log_group.query_log[0].arn}:*"]

    principals {
      type        = "Service"
      identifiers = ["route53.amazonaws.com"]
    }

    condition {
      test     = "StringEquals"
      variable = "aws:SourceAccount"
      values   = [data.aws_caller_identity.current.account_id]
    }

    condition {
      test     = "ArnEquals"
      variable = "aws:SourceArn"
      values   = [local.zone_arn]
    }
  }
}

resource "aws_cloudwatch_log_resource_policy" "query_log" {
  count    = var.query_log.enabled ? 1 : 0
  provider = aws.us_east_1

  policy_name     = "${var.name}-route53-queries"
  policy_document = data.aws_iam_policy_document.query_log[0].json
}

resource "aws_cloudwatch_log_group" "query_log" {
  count    = var.query_log.enabled ? 1 : 0
  provider = aws.us_east_1

  name              = "/aws/route53/${var.domain}"
  kms_key_id        = var.query_log.kms_key_arn
  retention_in_days = var.query_log.retention_days
  tags              = var.tags
}

resource "aws_route53_query_log" "this" {
  count = var.query_log.enabled ? 1 : 0

  zone_id                  = local.zone_id
  cloudwatch_log_group_arn = aws_cloudwatch_log_group.query_log[0].arn

  depends_on = [aws_cloudwatch_log_resource_policy.query_log]
}
