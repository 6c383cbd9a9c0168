locals {
  # Both families as soon as there is one network: a set may be empty, and the first network of a family changes no rule.
  trusted = length(var.trusted_cidrs) == 0 ? {} : {
    IPV4 = [for cidr in var.trusted_cidrs : cidr if !strcontains(cidr, ":")]
    IPV6 = [for cidr in var.trusted_cidrs : cidr if strcontains(cidr, ":")]
  }

  # Django takes %6C for an l: what is compared is decoded, and lower case for views that take both.
  login_paths     = [for path in var.login_paths : lower(path)]
  transformations = ["URL_DECODE", "LOWERCASE"]

  block = var.count_only ? [] : ["block"]
  count = var.count_only ? ["count"] : []
}

resource "aws_wafv2_ip_set" "trusted" {
  for_each = local.trusted
  provider = aws.us_east_1

  name               = "${var.name}-trusted-${lower(each.key)}"
  addresses          = each.value
  description        = "Networks of ${var.name} without the general rate limit"
  ip_address_version = each.key
  scope              = "CLOUDFRONT"
  tags               = var.tags
}

resource "aws_wafv2_web_acl" "this" {
  provider = aws.us_east_1

  name        = var.name
  description = "What may reach the distribution of ${var.name}"
  scope       = "CLOUDFRONT"
  tags        = var.tags

  default_action {
    allow {}
  }

  visibility_config {
    cloudwatch_metrics_enabled = true
    metric_name                = var.name
    sampled_requests_enabled   = true
  }

  # Samples show whole requests to everyone who may read them: who holds the credentials of one is that user.
  data_protection_config {
    data_protection {
      action = "SUBSTITUTION"

      field {
        field_keys = ["authorization", "cookie"]
        field_type = "SINGLE_HEADER"
      }
    }
  }

  rule {
    name     = "rate-limit"
    priority = 0

    action {
      dynamic "block" {
        for_each = local.block

        content {
          custom_response {
            response_code = 429
          }
        }
      }

      dynamic "count" {
        for_each = local.count

        content {}
      }
    }

    statement {
      rate_based_statement {
        aggregate_key_type    = "IP"
        evaluation_window_sec = 300
        limit                 = var.rate_limit

        dynamic "scope_down_statement" {
          for_each = length(local.trusted) == 0 ? [] : ["untrusted"]

          content {
            not_statement {
              statement {
                or_statement {
                  dynamic "statement" {
                    for_each = aws_wafv2_ip_set.trusted
                    iterator = network

                    content {
                      ip_set_reference_statement {
                        arn = network.value.arn
                      }
                    }
                  }
                }
              }
            }
          }
        }
      }
    }

    visibility_config {
      cloudwatch_metrics_enabled = true
      metric_name                = "rate-limit"
      sampled_requests_enabled   = true
    }
  }

  dynamic "rule" {
    for_each = length(local.login_paths) == 0 ? [] : ["login"]

    content {
      name     = "login-rate-limit"
      priority = 1

      action {
        dynamic "block" {
          for_each = local.block

          content {
            custom_response {
              response_code = 429
            }
          }
        }

        dynamic "count" {
          for_each = local.count

          content {}
        }
      }

      statement {
        rate_based_statement {
          aggregate_key_type    = "IP"
          evaluation_window_sec = 300
          limit                 = var.login_rate_limit

          scope_down_statement {
            and_statement {
              statement {
                byte_match_statement {
                  positional_constraint = "EXACTLY"
                  search_string         = "POST"

                  field_to_match {
                    method {}
                  }

                  text_transformation {
                    priority = 0
                    type     = "NONE"
                  }
                }
              }

              # OR takes two statements or more, so that one path stands by itself.
              dynamic "statement" {
                for_each = length(local.login_paths) == 1 ? local.login_paths : []
                iterator = path

                content {
                  byte_match_statement {
                    positional_constraint = "STARTS_WITH"
                    search_string         = path.value

                    field_to_match {
                      uri_path {}
                    }

                    dynamic "text_transformation" {
                      for_each = local.transformations

                      content {
                        priority = text_transformation.key
                        type     = text_transformation.value
                      }
                    }
                  }
                }
              }

              dynamic "statement" {
                for_each = length(local.login_paths) > 1 ? ["any"] : []

                content {
                  or_statement {
                    dynamic "statement" {
                      for_each = local.login_paths
                      iterator = path

                      content {
                        byte_match_statement {
                          positional_constraint = "STARTS_WITH"
                          search_string         = path.value

                          field_to_match {
                            uri_path {}
                          }

                          dynamic "text_transformation" {
                            for_each = local.transformations

                            content {
                              priority = text_transformation.key
                              type     = text_transformation.value
                            }
                          }
                        }
                      }
                    }
                  }
                }
              }
            }
          }
        }
      }

      visibility_config {
        cloudwatch_metrics_enabled = true
        metric_name                = "login-rate-limit"
        sampled_requests_enabled   = true
      }
    }
  }

  # Alphabetical, after the rate limits; AWS advises against names of rules that start with AWS.
  dynamic "rule" {
    for_each = keys(var.managed_rule_groups)
    iterator = group

    content {
      name     = trimprefix(group.value, "AWSManagedRules")
      priority = 10 + group.key

      override_action {
        dynamic "none" {
          for_each = local.block

          content {}
        }

        dynamic "count" {
          for_each = local.count

          content {}
        }
      }

      statement {
        managed_rule_group_statement {
          name        = group.value
          vendor_name = "AWS"

          dynamic "rule_action_override" {
            for_each = var.managed_rule_groups[group.value].count

            content {
              name = rule_action_override.value

              action_to_use {
                count {}
              }
            }
          }
        }
      }

      visibility_config {
        cloudwatch_metrics_enabled = true
        metric_name                = trimprefix(group.value, "AWSManagedRules")
        sampled_requests_enabled   = true
      }
    }
  }

  # AWS deletes no ACL that a distribution still uses: where it is dropped, the distribution must be updated first.
  # Only another name replaces it, so that the old and the new one never clash.
  lifecycle {
    create_before_destroy = true
  }
}
