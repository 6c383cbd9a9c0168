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
