locals {
  colours = var.blue_green ? ["blue", "green"] : ["blue"]

  test_port = 8443

  # A target group's name has 32 characters at most: a longer prefix is cut, and a digest keeps it apart from its like.
  prefix = length(var.name) <= 26 ? var.name : "${trimsuffix(substr(var.name, 0, 19), "-")}-${substr(sha1(var.name), 0, 6)}"
}

# The addresses from which CloudFront speaks to origins; requests of a VPC origin come from there, too.
data "aws_ec2_managed_prefix_list" "cloudfront" {
  name = "com.amazonaws.global.cloudfront.origin-facing"
}

resource "aws_security_group" "this" {
  name        = "${var.name}-alb"
  description = "Load balancer of ${var.name}"
  vpc_id      = var.vpc_id
  tags        = merge(var.tags, { Name = "${var.name}-alb" })
}

resource "aws_vpc_security_group_ingress_rule" "https" {
  security_group_id = aws_security_group.this.id
  description       = "HTTPS from CloudFront"
  from_port         = 443
  ip_protocol       = "tcp"
  prefix_list_id    = data.aws_ec2_managed_prefix_list.cloudfront.id
  to_port           = 443
  tags              = var.tags
}

# Not from CloudFront: a VPC origin knows one port, and AWS counts its prefix list as 55 of the 60 rules of a group.
resource "aws_vpc_security_group_ingress_rule" "test" {
  count = var.blue_green ? 1 : 0

  security_group_id            = aws_security_group.this.id
  description                  = "HTTPS from the tasks to the test listener"
  from_port                    = local.test_port
  ip_protocol                  = "tcp"
  referenced_security_group_id = var.target_security_group_id
  to_port                      = local.test_port
  tags                         = var.tags
}

resource "aws_vpc_security_group_egress_rule" "targets" {
  security_group_id            = aws_security_group.this.id
  description                  = "HTTPS to the tasks"
  from_port                    = var.target_port
  ip_protocol                  = "tcp"
  referenced_security_group_id = var.target_security_group_id
  to_port                      = var.target_port
  tags                         = var.tags
}

resource "aws_lb" "this" {
  name               = var.name
  internal           = var.internal
  load_balancer_type = "application"
  security_groups    = [aws_security_group.this.id]
  subnets            = var.subnet_ids

  desync_mitigation_mode     = "strictest"
  drop_invalid_header_fields = true
  enable_deletion_protection = var.deletion_protection
  enable_http2               = true
  enable_zonal_shift         = true # an operator can take a zone out of service at once
  idle_timeout               = var.idle_timeout
  tags                       = var.tags

  access_logs {
    bucket  = var.access_log_bucket
    enabled = true
    prefix  = "alb"
  }
}

resource "aws_lb_target_group" "this" {
  for_each = toset(local.colours)

  name             = "${local.prefix}-${each.key}"
  port             = var.target_port
  protocol         = "HTTPS"
  protocol_version = "HTTP1"
  target_type      = "ip"
  vpc_id           = var.vpc_id

  deregistration_delay          = var.deregistration_delay
  load_balancing_algorithm_type = var.load_balancing_algorithm
  slow_start                    = var.slow_start
  tags                          = var.tags

  health_check {
    enabled             = true
    healthy_threshold   = var.health_check.healthy_threshold
    interval            = var.health_check.interval
    matcher             = var.health_check.matcher
    path                = var.health_check.path
    port                = "traffic-port"
    protocol            = "HTTPS"
    timeout             = var.health_check.timeout
    unhealthy_threshold = var.health_check.unhealthy_threshold
  }

  stickiness {
    enabled = false
    type    = "lb_cookie"
  }
}

# There is no listener for plain HTTP: CloudFront, the only client, speaks HTTPS and redirects viewers itself.
resource "aws_lb_listener" "https" {
  load_balancer_arn = aws_lb.this.arn
  certificate_arn   = var.certificate_arn
  port              = 443
  protocol          = "HTTPS"
  ssl_policy        = var.ssl_policy
  tags              = var.tags

  default_action {
    type = "fixed-response"

    fixed_response {
      content_type = "text/plain"
      message_body = "Forbidden"
      status_code  = "403"
    }
  }
}

resource "aws_lb_listener_rule" "this" {
  count = var.blue_green ? 0 : 1

  listener_arn = aws_lb_listener.https.arn
  priority     = 20 # not that of the other kind, which may be made before this one is gone
  tags         = var.tags

  action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.this["blue"].arn
  }

  condition {
    host_header {
      values = var.host_names
    }
  }
}

# CodeDeploy moves this one between the target groups, so Terraform must not move it back.
resource "aws_lb_listener_rule" "blue_green" {
  count = var.blue_green ? 1 : 0

  listener_arn = aws_lb_listener.https.arn
  priority     = 10
  tags         = var.tags

  action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.this["blue"].arn
  }

  condition {
    host_header {
      values = var.host_names
    }
  }

  lifecycle {
    ignore_changes = [action]
  }
}

# Where a deployment is tried before viewers reach it.
resource "aws_lb_listener" "test" {
  count = var.blue_green ? 1 : 0

  load_balancer_arn = aws_lb.this.arn
  certificate_arn   = var.certificate_arn
  port              = local.test_port
  protocol          = "HTTPS"
  ssl_policy        = var.ssl_policy
  tags              = var.tags

  default_action {
    type = "fixed-response"

    fixed_response {
      content_type = "text/plain"
      message_body = "Forbidden"
      status_code  = "403"
    }
  }
}

# Moved by CodeDeploy like the rule of the production listener.
resource "aws_lb_listener_rule" "test" {
  count = var.blue_green ? 1 : 0

  listener_arn = aws_lb_listener.test[0].arn
  priority     = 10
  tags         = var.tags

  action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.this["green"].arn
  }

  condition {
    host_header {
      values = var.host_names
    }
  }

  lifecycle {
    ignore_changes = [action]
  }
}
