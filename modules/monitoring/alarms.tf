# The whole table of alarms. Every entry: what is measured, when it is too much for how many of how many periods,
# what silence means (see `silence`), and what to look at first.
locals {
  gib        = pow(1024, 3)
  class_size = split(".", var.database.instance_class)[2]
  family     = split(".", var.database.instance_class)[1]
  burstable  = startswith(local.family, "t")

  # Memory of a class in GiB, from the instance types' data sheets: t classes by size, the others by vCPU.
  # Of the x family the smallest ratio, so that nothing is promised that a class may not have.
  t_memory     = { micro = 1, small = 2, medium = 4, large = 8, xlarge = 16, "2xlarge" = 32 }
  gib_per_vcpu = { c = 2, m = 4, r = 8, x = 16 }
  vcpus        = try(4 * tonumber(trimsuffix(local.class_size, "xlarge")), { large = 2, xlarge = 4 }[local.class_size], 1)
  memory_gib   = local.burstable ? lookup(local.t_memory, local.class_size, 8) : local.vcpus * lookup(local.gib_per_vcpu, substr(local.family, 0, 1), 8)
  # RDS's own default for PostgreSQL: LEAST(DBInstanceClassMemory / 9531392, 5000).
  max_connections = coalesce(var.database.max_connections, min(floor(local.memory_gib * local.gib / 9531392), 5000))

  # At 14.4 times the errors that the promised uptime leaves, 2 % of a month's are used up in an hour: the fast burn of
  # Google's SRE workbook, chapter 5. Rounded, because AWS would round it, too.
  error_rate_percent = floor((100 - var.objectives.availability_percent) * 14.4 * 1000 + 0.5) / 1000

  # What silence means, by its cause.
  silence = {
    gone        = "breaching"    # what should report every minute is down, or its monitoring is
    no_requests = "notBreaching" # nothing asked, nothing wrong
    other_role  = "notBreaching" # only a replica reports it: a node that became the primary has no lag
    sparse      = "ignore"       # reported once or twice a day: between two reports the last one holds
  }

  alb      = { LoadBalancer = var.load_balancer.arn_suffix }
  target   = merge(local.alb, { TargetGroup = var.load_balancer.target_group_arn_suffix })
  tasks    = { ClusterName = var.service.cluster_name, ServiceName = var.service.service_name }
  postgres = { DBInstanceIdentifier = var.database.identifier }

  load_balancer_alarms = merge(
    {
      # Over all target groups: after a blue-green deployment the other colour answers.
      p95 = {
        namespace = "AWS/ApplicationELB", metric = "TargetResponseTime", dimensions = local.alb, statistic = "p95"
        over      = var.objectives.p95_ms / 1000, period = 60, of = 5, at = 3, silence = "no_requests"
        text      = "95 % of the answers take longer than promised. Look at the tasks' CPU, then at the database's latency."
      }
      unhealthy-tasks = merge(local.unhealthy, { dimensions = local.target })
    },
    {
      for name, suffix in var.load_balancer.other_target_group_arn_suffixes :
      "unhealthy-tasks-${name}" => merge(local.unhealthy, { dimensions = merge(local.alb, { TargetGroup = suffix }) })
    },
  )
  unhealthy = {
    namespace = "AWS/ApplicationELB", metric = "UnHealthyHostCount", statistic = "Maximum"
    over      = 0, period = 60, of = 5, at = 3, silence = "no_requests"
    text      = "Tasks fail their health check. Look at the service's events and the tasks' log."
  }

  service_alarms = {
    cpu = {
      namespace = "AWS/ECS", metric = "CPUUtilization", dimensions = local.tasks, statistic = "Average"
      over      = var.objectives.cpu_percent, period = 60, of = 10, at = 8, silence = "gone"
      text      = "The tasks stay busy although auto-scaling should have helped: its maximum may be reached."
    }
    memory = {
      namespace = "AWS/ECS", metric = "MemoryUtilization", dimensions = local.tasks, statistic = "Average"
      over      = 90, period = 60, of = 10, at = 8, silence = "gone"
      text      = "The tasks run out of memory and will be killed. Look for a leak, or give them more."
    }
    too-few-tasks = {
      namespace = "ECS/ContainerInsights", metric = "RunningTaskCount", dimensions = local.tasks, statistic = "Minimum"
      under     = var.service.min_tasks, period = 60, of = 5, at = 5, silence = "gone"
      text      = "Fewer tasks run than the tier promises. Look at the service's events: image, capacity, health check."
    }
  }

  database_alarms = merge(
    {
      cpu = {
        namespace = "AWS/RDS", metric = "CPUUtilization", dimensions = local.postgres, statistic = "Average"
        over      = 80, period = 60, of = 15, at = 12, silence = "gone"
        text      = "The database is busy. Look at Performance Insights for the statements that cost most."
      }
      connections = {
        namespace = "AWS/RDS", metric = "DatabaseConnections", dimensions = local.postgres, statistic = "Maximum"
        over      = floor(local.max_connections * 0.8), period = 60, of = 5, at = 3, silence = "gone"
        text      = "80 % of the database's connections are taken. Look at CONN_MAX_AGE and the number of workers."
      }
      free-memory = {
        namespace = "AWS/RDS", metric = "FreeableMemory", dimensions = local.postgres, statistic = "Minimum"
        under     = local.memory_gib * local.gib * 0.1, period = 60, of = 15, at = 12, silence = "gone"
        text      = "Less than a tenth of the database's memory is left. Look at work_mem and the connections."
      }
      free-storage = {
        namespace = "AWS/RDS", metric = "FreeStorageSpace", dimensions = local.postgres, statistic = "Minimum"
        under     = var.database.allocated_storage_gib * local.gib * 0.15, period = 300, of = 1, at = 1, silence = "gone"
        text      = "Less than 15 % of the storage is free. It grows by itself up to its maximum: raise that in time."
      }
      read-latency = {
        namespace = "AWS/RDS", metric = "ReadLatency", dimensions = local.postgres, statistic = "Average"
        over      = 0.02, period = 60, of = 10, at = 8, silence = "gone"
        text      = "Reads from disk take more than 20 ms. Look at IOPS and at how much of the data is in memory."
      }
      write-latency = {
        namespace = "AWS/RDS", metric = "WriteLatency", dimensions = local.postgres, statistic = "Average"
        over      = 0.02, period = 60, of = 10, at = 8, silence = "gone"
        text      = "Writes to disk take more than 20 ms. Look at IOPS and checkpoints."
      }
    },
    local.burstable ? {
      cpu-credits = {
        namespace = "AWS/RDS", metric = "CPUCreditBalance", dimensions = local.postgres, statistic = "Minimum"
        under     = 50, period = 300, of = 3, at = 3, silence = "gone"
        text      = "The database lives beyond its CPU credits, which are charged from then on. Take a larger class."
      }
    } : {},
    {
      for name, identifier in var.database.replica_identifiers : "replica-lag-${name}" => {
        namespace = "AWS/RDS", metric = "ReplicaLag", dimensions = { DBInstanceIdentifier = identifier }, statistic = "Maximum"
        # While nothing is written, PostgreSQL replicas report up to 5 minutes: only what stays above that is lag.
        over = 360, period = 60, of = 10, at = 10, silence = "gone"
        text = "The replica ${name} is more than 6 minutes behind. Look at its load and at long queries on it."
      }
    },
  )

  node_alarms = {
    cpu         = { metric = "EngineCPUUtilization", statistic = "Average", over = 80, text = "The engine's one thread is busy. Look for slow commands in the slow log." }
    memory      = { metric = "DatabaseMemoryUsagePercentage", statistic = "Maximum", over = 80, text = "The memory fills up; sessions may be evicted next. Take a larger class or shorter expiry." }
    evictions   = { metric = "Evictions", statistic = "Sum", over = 1000, text = "Entries are given up for want of memory, sessions among them. Take a larger class." }
    connections = { metric = "CurrConnections", statistic = "Maximum", over = 10000, text = "Very many connections. Look at connection pools of the tasks." }
    lag         = { metric = "ReplicationLag", statistic = "Maximum", over = 10, text = "A replica is more than 10 s behind: a failover now would lose as much." }
  }

  cache_alarms = {
    for pair in setproduct(var.cache.node_ids, keys(local.node_alarms)) :
    "${pair[1]}-${substr(pair[0], -3, 3)}" => merge(local.node_alarms[pair[1]], {
      namespace = "AWS/ElastiCache", dimensions = { CacheClusterId = pair[0] }, period = 60, of = 10, at = 8
      silence   = pair[1] == "lag" ? "other_role" : "gone"
    })
  }

  nat_alarms = merge(
    {
      for zone, id in var.nat_gateway_ids : "ports-${zone}" => {
        namespace = "AWS/NATGateway", metric = "ErrorPortAllocation", dimensions = { NatGatewayId = id }, statistic = "Sum"
        over      = 0, period = 300, of = 1, at = 1, silence = "no_requests"
        text      = "The NAT gateway of zone ${zone} ran out of ports: tasks cannot connect outwards. Look for the host they connect to most."
      }
    },
    {
      for zone, id in var.nat_instance_ids : "instance-${zone}" => {
        namespace = "AWS/EC2", metric = "StatusCheckFailed", dimensions = { InstanceId = id }, statistic = "Maximum"
        over      = 0, period = 60, of = 3, at = 2, silence = "gone"
        text      = "The NAT instance of zone ${zone} is down: tasks cannot connect outwards. Look at its system log; stop and start it."
      }
    },
  )

  application_alarms = {
    errors = {
      namespace = "${var.name}/application", metric = "ApplicationErrors", dimensions = {}, statistic = "Sum"
      over      = 10, period = 300, of = 1, at = 1, silence = "no_requests"
      text      = "The application logs errors. Run the saved query ${var.name}/application-errors."
    }
  }

  certificate_alarms = {
    for name, arn in var.certificate_arns.regional : name => merge(local.certificate, { dimensions = { CertificateArn = arn } })
  }
  us_east_1_certificate_alarms = {
    for name, arn in var.certificate_arns.us_east_1 : name => merge(local.certificate, { dimensions = { CertificateArn = arn } })
  }
  certificate = {
    namespace = "AWS/CertificateManager", metric = "DaysToExpiry", statistic = "Minimum"
    under     = 30, period = 86400, of = 1, at = 1, silence = "sparse"
    text      = "A certificate expires in less than 30 days though ACM should have renewed it. Look at its DNS record."
  }

  distribution       = { DistributionId = var.distribution_id, Region = "Global" }
  distribution_alarm = { namespace = "AWS/CloudFront", dimensions = local.distribution, period = 60, of = 5, at = 3, silence = "no_requests" }
  edge_alarms = {
    errors = merge(local.distribution_alarm, {
      metric = "5xxErrorRate", statistic = "Average", over = local.error_rate_percent
      text   = "Viewers get server errors. Look at the load balancer's alarms: if they are quiet, it is the way between."
    })
    origin-latency = merge(local.distribution_alarm, {
      metric = "OriginLatency", statistic = "p95", over = var.objectives.p95_ms
      text   = "The origin takes longer than promised as CloudFront sees it. Reported only with real-time metrics."
    })
  }

  by_component = {
    application  = local.application_alarms
    cache        = local.cache_alarms
    certificate  = local.certificate_alarms
    database     = local.database_alarms
    loadbalancer = local.load_balancer_alarms
    nat          = local.nat_alarms
    service      = local.service_alarms
  }
  alarms = merge([
    for component, alarms in local.by_component : { for name, alarm in alarms : "${component}-${name}" => alarm }
  ]...)
  us_east_1_alarms = merge(
    { for name, alarm in local.edge_alarms : "edge-${name}" => alarm },
    { for name, alarm in local.us_east_1_certificate_alarms : "certificate-${name}-us-east-1" => alarm },
  )
}

resource "aws_cloudwatch_metric_alarm" "this" {
  for_each = local.alarms

  alarm_name          = "${var.name}-${each.key}"
  alarm_description   = each.value.text
  alarm_actions       = [aws_sns_topic.this.arn]
  ok_actions          = [aws_sns_topic.this.arn]
  comparison_operator = can(each.value.under) ? "LessThanThreshold" : "GreaterThanThreshold"
  datapoints_to_alarm = each.value.at
  dimensions          = each.value.dimensions
  evaluation_periods  = each.value.of
  extended_statistic  = startswith(each.value.statistic, "p") ? each.value.statistic : null
  metric_name         = each.value.metric
  namespace           = each.value.namespace
  period              = each.value.period
  statistic           = startswith(each.value.statistic, "p") ? null : each.value.statistic
  tags                = var.tags
  threshold           = try(each.value.under, each.value.over)
  treat_missing_data  = local.silence[each.value.silence]
}

resource "aws_cloudwatch_metric_alarm" "us_east_1" {
  for_each = local.us_east_1_alarms
  provider = aws.us_east_1

  alarm_name          = "${var.name}-${each.key}"
  alarm_description   = each.value.text
  alarm_actions       = [aws_sns_topic.us_east_1.arn]
  ok_actions          = [aws_sns_topic.us_east_1.arn]
  comparison_operator = can(each.value.under) ? "LessThanThreshold" : "GreaterThanThreshold"
  datapoints_to_alarm = each.value.at
  dimensions          = each.value.dimensions
  evaluation_periods  = each.value.of
  extended_statistic  = startswith(each.value.statistic, "p") ? each.value.statistic : null
  metric_name         = each.value.metric
  namespace           = each.value.namespace
  period              = each.value.period
  statistic           = startswith(each.value.statistic, "p") ? null : each.value.statistic
  tags                = var.tags
  threshold           = try(each.value.under, each.value.over)
  treat_missing_data  = local.silence[each.value.silence]
}

# Rates, not counts: ten failed requests are nothing at noon and an outage at night.
# RequestCount leaves out what no target could be chosen for. What the load balancer refuses is therefore added to it:
# with no task left there would be nothing to divide by, and silence in the worst case.
resource "aws_cloudwatch_metric_alarm" "error_rate" {
  for_each = {
    loadbalancer-errors = {
      metric = "HTTPCode_ELB_5XX_Count", rate = "100 * FILL(errors, 0) / (FILL(requests, 0) + FILL(errors, 0))"
      text   = "The load balancer itself refuses requests. Look at unhealthy tasks and at its rejected connections."
    }
    service-errors = {
      metric = "HTTPCode_Target_5XX_Count", rate = "100 * FILL(errors, 0) / requests"
      text   = "The application answers with errors. Look at the application's log."
    }
  }

  alarm_name          = "${var.name}-${each.key}"
  alarm_description   = each.value.text
  alarm_actions       = [aws_sns_topic.this.arn]
  ok_actions          = [aws_sns_topic.this.arn]
  comparison_operator = "GreaterThanThreshold"
  datapoints_to_alarm = 3
  evaluation_periods  = 5
  tags                = var.tags
  threshold           = local.error_rate_percent
  treat_missing_data  = local.silence.no_requests

  metric_query {
    id          = "rate"
    expression  = each.value.rate
    label       = "Failed requests in percent"
    return_data = true
  }

  metric_query {
    id = "errors"

    metric {
      dimensions  = local.alb
      metric_name = each.value.metric
      namespace   = "AWS/ApplicationELB"
      period      = 60
      stat        = "Sum"
    }
  }

  metric_query {
    id = "requests"

    metric {
      dimensions  = local.alb
      metric_name = "RequestCount"
      namespace   = "AWS/ApplicationELB"
      period      = 60
      stat        = "Sum"
    }
  }
}

# The one to wake someone for: users notice. A composite alarm sees only its own region, so the edge's stay by themselves.
resource "aws_cloudwatch_composite_alarm" "user_facing" {
  alarm_name        = "${var.name}-user-facing"
  alarm_description = "Users see errors or wait too long. The alarms that it is made of say where."
  alarm_actions     = [aws_sns_topic.this.arn]
  ok_actions        = [aws_sns_topic.this.arn]
  tags              = var.tags

  alarm_rule = join(" OR ", [
    for alarm in [
      aws_cloudwatch_metric_alarm.error_rate["loadbalancer-errors"],
      aws_cloudwatch_metric_alarm.error_rate["service-errors"],
      aws_cloudwatch_metric_alarm.this["loadbalancer-p95"],
      aws_cloudwatch_metric_alarm.this["service-too-few-tasks"],
    ] : "ALARM(\"${alarm.alarm_name}\")"
  ])
}
