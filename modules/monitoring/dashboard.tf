# Laid out as a request goes: edge, load balancer, tasks, database, cache.
locals {
  rows = [
    [
      { title = "Edge: requests", region = "us-east-1", metrics = [["AWS/CloudFront", "Requests", "DistributionId", var.distribution_id, "Region", "Global", { stat = "Sum" }]] },
      { title = "Edge: errors in percent", region = "us-east-1", metrics = [["AWS/CloudFront", "5xxErrorRate", "DistributionId", var.distribution_id, "Region", "Global"], ["AWS/CloudFront", "4xxErrorRate", "DistributionId", var.distribution_id, "Region", "Global"]] },
    ],
    [
      { title = "Load balancer: requests and errors", region = local.region, metrics = [for metric in ["RequestCount", "HTTPCode_ELB_5XX_Count", "HTTPCode_Target_5XX_Count"] : ["AWS/ApplicationELB", metric, "LoadBalancer", var.load_balancer.arn_suffix, { stat = "Sum" }]] },
      { title = "Load balancer: response time in seconds", region = local.region, metrics = [for stat in ["p50", "p95", "p99"] : ["AWS/ApplicationELB", "TargetResponseTime", "LoadBalancer", var.load_balancer.arn_suffix, { stat = stat, label = stat }]] },
    ],
    [
      { title = "Tasks: CPU and memory in percent", region = local.region, metrics = [for metric in ["CPUUtilization", "MemoryUtilization"] : ["AWS/ECS", metric, "ClusterName", var.service.cluster_name, "ServiceName", var.service.service_name]] },
      { title = "Tasks: running", region = local.region, metrics = [["ECS/ContainerInsights", "RunningTaskCount", "ClusterName", var.service.cluster_name, "ServiceName", var.service.service_name], ["${var.name}/application", "ApplicationErrors", { stat = "Sum", yAxis = "right" }]] },
    ],
    [
      { title = "Database: CPU, connections", region = local.region, metrics = [["AWS/RDS", "CPUUtilization", "DBInstanceIdentifier", var.database.identifier], ["AWS/RDS", "DatabaseConnections", "DBInstanceIdentifier", var.database.identifier, { yAxis = "right" }]] },
      { title = "Database: latency in seconds", region = local.region, metrics = [for metric in ["ReadLatency", "WriteLatency"] : ["AWS/RDS", metric, "DBInstanceIdentifier", var.database.identifier]] },
    ],
    [
      { title = "Cache: engine CPU and memory in percent", region = local.region, metrics = flatten([for node in var.cache.node_ids : [for metric in ["EngineCPUUtilization", "DatabaseMemoryUsagePercentage"] : { line = ["AWS/ElastiCache", metric, "CacheClusterId", node] }]])[*].line },
      { title = "Cache: hits and misses", region = local.region, metrics = flatten([for node in var.cache.node_ids : [for metric in ["CacheHits", "CacheMisses"] : { line = ["AWS/ElastiCache", metric, "CacheClusterId", node, { stat = "Sum" }] }]])[*].line },
    ],
  ]

  widgets = flatten([
    for y, row in local.rows : [
      for x, widget in row : {
        type   = "metric"
        x      = x * 12
        y      = y * 6
        width  = 12
        height = 6
        properties = {
          title   = widget.title
          region  = widget.region
          metrics = widget.metrics
          period  = 60
          view    = "timeSeries"
        }
      }
    ]
  ])
}

resource "aws_cloudwatch_dashboard" "this" {
  dashboard_name = var.name
  dashboard_body = jsonencode({ widgets = local.widgets })
}
