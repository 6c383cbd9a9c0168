# Actual cost warns early and at the limit; the forecast warns while there is still time.
resource "aws_budgets_budget" "this" {
  name         = "${var.name}-monthly"
  budget_type  = "COST"
  limit_amount = tostring(var.monthly_budget_usd)
  limit_unit   = "USD"
  tags         = var.tags
  time_unit    = "MONTHLY"

  dynamic "notification" {
    for_each = {
      "80 % spent"        = { type = "ACTUAL", percent = 80 }
      "100 % spent"       = { type = "ACTUAL", percent = 100 }
      "100 % foreseeable" = { type = "FORECASTED", percent = 100 }
    }

    content {
      comparison_operator        = "GREATER_THAN"
      notification_type          = notification.value.type
      subscriber_email_addresses = var.alert_emails
      threshold                  = notification.value.percent
      threshold_type             = "PERCENTAGE"
    }
  }
}

# Database and cache run all day, every day: what a reservation is for. These tell when too little is reserved, and when
# what was reserved is not used. Terraform reserves nothing: that is a commitment of one or three years.
resource "aws_budgets_budget" "reservation" {
  for_each = {
    for pair in setproduct(keys(local.reservable), keys(local.reservation_budgets)) : "${pair[0]}-${pair[1]}" => {
      service = local.reservable[pair[0]]
      type    = local.reservation_budgets[pair[1]]
    }
  }

  name         = "${var.name}-${each.key}"
  budget_type  = each.value.type
  limit_amount = "100.0"
  limit_unit   = "PERCENTAGE"
  tags         = var.tags
  time_unit    = "MONTHLY"

  cost_filter {
    name   = "Service"
    values = [each.value.service]
  }

  # AWS accepts these and no others for a budget of reservations.
  cost_types {
    include_credit             = false
    include_discount           = false
    include_other_subscription = false
    include_recurring          = false
    include_refund             = false
    include_subscription       = true
    include_support            = false
    include_tax                = false
    include_upfront            = false
    use_amortized              = false
    use_blended                = false
  }

  notification {
    comparison_operator        = "LESS_THAN"
    notification_type          = "ACTUAL"
    subscriber_email_addresses = var.alert_emails
    threshold                  = var.reserved_percent
    threshold_type             = "PERCENTAGE"
  }
}

locals {
  reservable = var.reserved_percent == null ? {} : {
    cache    = "Amazon ElastiCache"
    database = "Amazon Relational Database Service"
  }

  reservation_budgets = { coverage = "RI_COVERAGE", utilisation = "RI_UTILIZATION" }
}

resource "aws_ce_anomaly_monitor" "this" {
  count = var.cost_anomalies ? 1 : 0

  name              = "${var.name}-services"
  monitor_dimension = "SERVICE"
  monitor_type      = "DIMENSIONAL"
  tags              = var.tags
}

resource "aws_ce_anomaly_subscription" "this" {
  count = var.cost_anomalies ? 1 : 0

  name             = "${var.name}-anomalies"
  frequency        = "DAILY"
  monitor_arn_list = [aws_ce_anomaly_monitor.this[0].arn]
  tags             = var.tags

  dynamic "subscriber" {
    for_each = toset(var.alert_emails)

    content {
      address = subscriber.key
      type    = "EMAIL"
    }
  }

  # Only what would be a tenth of the month's budget.
  threshold_expression {
    dimension {
      key           = "ANOMALY_TOTAL_IMPACT_ABSOLUTE"
      match_options = ["GREATER_THAN_OR_EQUAL"]
      values        = [tostring(ceil(var.monthly_budget_usd / 10))]
    }
  }
}
