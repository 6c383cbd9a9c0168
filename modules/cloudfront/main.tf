locals {
  buckets = {
    media  = { path = "/media/*", domain_name = var.media_bucket_domain_name, key_groups = var.media_key_group_ids }
    static = { path = "/static/*", domain_name = var.static_bucket_domain_name, key_groups = [] }
  }

  geo = (
    length(var.geo_restriction.allow) > 0 ? { type = "whitelist", countries = var.geo_restriction.allow } :
    length(var.geo_restriction.deny) > 0 ? { type = "blacklist", countries = var.geo_restriction.deny } :
    { type = "none", countries = [] }
  )

  # Seconds for which an error of the application is not asked for again; left out, it would be 10 even of what is not cached.
  error_ttls = { "404" = 0, "500" = 0, "502" = 1, "503" = 1, "504" = 1 }
}

data "aws_cloudfront_cache_policy" "disabled" {
  name = "Managed-CachingDisabled"
}

data "aws_cloudfront_cache_policy" "optimized" {
  name = "Managed-CachingOptimized"
}

# The viewer's Host goes along: Django checks it, and TLS to the load balancer is checked against it.
data "aws_cloudfront_origin_request_policy" "all_viewer" {
  name = "Managed-AllViewer"
}

resource "aws_cloudfront_vpc_origin" "this" {
  tags = var.tags

  vpc_origin_endpoint_config {
    name                   = "${var.name}-alb"
    arn                    = var.load_balancer.arn
    http_port              = 80
    https_port             = 443
    origin_protocol_policy = "https-only"

    origin_ssl_protocols {
      items    = ["TLSv1.2"]
      quantity = 1
    }
  }
}

resource "aws_cloudfront_origin_access_control" "this" {
  for_each = local.buckets

  name                              = "${var.name}-${each.key}"
  description                       = "Requests to the ${each.key} bucket are signed"
  origin_access_control_origin_type = "s3"
  signing_behavior                  = "always"
  signing_protocol                  = "sigv4"
}

resource "aws_cloudfront_cache_policy" "api" {
  name        = "${var.name}-api"
  comment     = "An answer is kept only if the application says so, and apart for each user"
  default_ttl = 0
  max_ttl     = var.api_cache.max_ttl
  min_ttl     = 0

  parameters_in_cache_key_and_forwarded_to_origin {
    enable_accept_encoding_brotli = true
    enable_accept_encoding_gzip   = true

    # The origin sees all cookies, so all are in the key: else one session's answer could go to another.
    cookies_config {
      cookie_behavior = "all"
    }

    headers_config {
      header_behavior = "whitelist"

      headers {
        items = concat(["Authorization", "Host"], var.api_cache.headers)
      }
    }

    query_strings_config {
      query_string_behavior = "all"
    }
  }
}

resource "aws_cloudfront_response_headers_policy" "this" {
  for_each = {
    pages  = null
    static = "public, max-age=31536000, immutable" # collected static files carry a hash in their name
  }

  name    = "${var.name}-${each.key}"
  comment = "Security headers of ${each.key}"

  security_headers_config {
    content_type_options {
      override = true
    }

    frame_options {
      frame_option = "DENY"
      override     = true
    }

    referrer_policy {
      override        = true
      referrer_policy = "strict-origin-when-cross-origin"
    }

    strict_transport_security {
      access_control_max_age_sec = 31536000
      include_subdomains         = true
      override                   = true
      preload                    = false # hard to take back: a decision for the domain's owner
    }

    dynamic "content_security_policy" {
      for_each = var.content_security_policy[*]

      content {
        content_security_policy = content_security_policy.value
        override                = true
      }
    }
  }

  dynamic "custom_headers_config" {
    for_each = each.value[*]

    content {
      items {
        header   = "Cache-Control"
        override = true
        value    = custom_headers_config.value
      }
    }
  }
}

resource "aws_cloudfront_distribution" "this" {
  aliases         = var.aliases
  comment         = var.name
  enabled         = true
  http_version    = "http2and3"
  is_ipv6_enabled = true
  price_class     = var.price_class
  tags            = var.tags
  web_acl_id      = var.web_acl_arn

  origin {
    domain_name = var.load_balancer.dns_name
    origin_id   = "application"

    vpc_origin_config {
      origin_keepalive_timeout = 30
      origin_read_timeout      = var.read_timeout
      vpc_origin_id            = aws_cloudfront_vpc_origin.this.id
    }

    dynamic "origin_shield" {
      for_each = var.origin_shield_region[*]

      content {
        enabled              = true
        origin_shield_region = origin_shield.value
      }
    }
  }

  dynamic "origin" {
    for_each = local.buckets

    content {
      domain_name              = origin.value.domain_name
      origin_access_control_id = aws_cloudfront_origin_access_control.this[origin.key].id
      origin_id                = origin.key
    }
  }

  # Pages are made for one user: nothing is shared, everything of the request goes along.
  default_cache_behavior {
    allowed_methods            = ["DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"]
    cache_policy_id            = data.aws_cloudfront_cache_policy.disabled.id
    cached_methods             = ["GET", "HEAD"]
    compress                   = true
    origin_request_policy_id   = data.aws_cloudfront_origin_request_policy.all_viewer.id
    response_headers_policy_id = aws_cloudfront_response_headers_policy.this["pages"].id
    target_origin_id           = "application"
    viewer_protocol_policy     = "redirect-to-https"
  }

  ordered_cache_behavior {
    allowed_methods            = ["DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"]
    cache_policy_id            = aws_cloudfront_cache_policy.api.id
    cached_methods             = ["GET", "HEAD"]
    compress                   = true
    origin_request_policy_id   = data.aws_cloudfront_origin_request_policy.all_viewer.id
    path_pattern               = "/api/*"
    response_headers_policy_id = aws_cloudfront_response_headers_policy.this["pages"].id
    target_origin_id           = "application"
    viewer_protocol_policy     = "https-only" # a client that sent its token in the clear shall notice
  }

  dynamic "ordered_cache_behavior" {
    for_each = local.buckets

    content {
      allowed_methods            = ["GET", "HEAD", "OPTIONS"]
      cache_policy_id            = data.aws_cloudfront_cache_policy.optimized.id
      cached_methods             = ["GET", "HEAD"]
      compress                   = true
      path_pattern               = ordered_cache_behavior.value.path
      response_headers_policy_id = aws_cloudfront_response_headers_policy.this[ordered_cache_behavior.key == "static" ? "static" : "pages"].id
      target_origin_id           = ordered_cache_behavior.key
      trusted_key_groups         = ordered_cache_behavior.value.key_groups
      viewer_protocol_policy     = "redirect-to-https"
    }
  }

  dynamic "custom_error_response" {
    for_each = local.error_ttls

    content {
      error_caching_min_ttl = custom_error_response.value
      error_code            = tonumber(custom_error_response.key)
    }
  }

  restrictions {
    geo_restriction {
      locations        = local.geo.countries
      restriction_type = local.geo.type
    }
  }

  viewer_certificate {
    acm_certificate_arn      = var.certificate_arn
    minimum_protocol_version = "TLSv1.2_2021"
    ssl_support_method       = "sni-only"
  }
}

resource "aws_cloudfront_monitoring_subscription" "this" {
  count = var.realtime_metrics ? 1 : 0

  distribution_id = aws_cloudfront_distribution.this.id

  monitoring_subscription {
    realtime_metrics_subscription_config {
      realtime_metrics_subscription_status = "Enabled"
    }
  }
}

# Standard logging v2 is a log delivery of CloudWatch, which for CloudFront lives in us-east-1.
resource "aws_cloudwatch_log_delivery_source" "this" {
  provider = aws.us_east_1

  name         = "${var.name}-cloudfront"
  log_type     = "ACCESS_LOGS"
  resource_arn = aws_cloudfront_distribution.this.arn
  tags         = var.tags
}

resource "aws_cloudwatch_log_delivery_destination" "this" {
  provider = aws.us_east_1

  name          = "${var.name}-cloudfront"
  output_format = "parquet"
  tags          = var.tags

  delivery_destination_configuration {
    destination_resource_arn = "${var.access_log_bucket_arn}/cloudfront"
  }
}

resource "aws_cloudwatch_log_delivery" "this" {
  provider = aws.us_east_1

  delivery_destination_arn = aws_cloudwatch_log_delivery_destination.this.arn
  delivery_source_name     = aws_cloudwatch_log_delivery_source.this.name
  tags                     = var.tags

  s3_delivery_configuration {
    enable_hive_compatible_path = true
    suffix_path                 = "/{DistributionId}/{yyyy}/{MM}/{dd}/{HH}"
  }
}
