locals {
  nat_instances = var.nat == "instance" ? 1 : 0

  # Amazon Linux 2023 comes without a packet filter; the loop waits for the package repository to answer.
  nat_user_data = <<-SHELL
    #!/bin/bash
    set -euo pipefail

    for attempt in $(seq 1 30); do
      dnf install --assumeyes nftables && break
      sleep 10
    done

    echo 'net.ipv4.ip_forward = 1' >/etc/sysctl.d/90-nat.conf
    sysctl --load /etc/sysctl.d/90-nat.conf

    cat >/etc/sysconfig/nftables.conf <<'RULES'
    table ip nat {
      chain postrouting {
        type nat hook postrouting priority srcnat; policy accept;
        ip saddr ${local.blocks.private} masquerade
      }
    }
    table ip filter {
      chain forward {
        type filter hook forward priority filter; policy drop;
        ct state established,related accept
        ip saddr ${local.blocks.private} accept
      }
    }
    RULES
    systemctl enable --now nftables
  SHELL
}

data "aws_ssm_parameter" "nat_image" {
  count = local.nat_instances

  name = "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-arm64"
}

resource "aws_security_group" "nat" {
  count = local.nat_instances

  name        = "${var.name}-nat"
  description = "NAT instance: what private subnets send to the internet"
  vpc_id      = aws_vpc.this.id
  tags        = merge(var.tags, { Name = "${var.name}-nat" })
}

resource "aws_vpc_security_group_ingress_rule" "nat" {
  count = local.nat_instances

  security_group_id = aws_security_group.nat[0].id
  description       = "Traffic of the private subnets to translate"
  cidr_ipv4         = local.blocks.private
  ip_protocol       = "-1"
  tags              = merge(var.tags, { Name = "${var.name}-nat-private-subnets" })
}

resource "aws_vpc_security_group_egress_rule" "nat" {
  count = local.nat_instances

  security_group_id = aws_security_group.nat[0].id
  description       = "To the internet, as through a NAT gateway; the groups of the senders say what may leave"
  cidr_ipv4         = "0.0.0.0/0"
  ip_protocol       = "-1"
  tags              = merge(var.tags, { Name = "${var.name}-nat-internet" })
}

# An interface of its own keeps routes and public address when the instance is replaced, and is online at first boot.
resource "aws_network_interface" "nat" {
  count = local.nat_instances

  description       = "NAT instance of ${var.name}"
  security_groups   = [aws_security_group.nat[0].id]
  source_dest_check = false
  subnet_id         = aws_subnet.public["0"].id
  tags              = merge(var.tags, { Name = "${var.name}-nat" })
}

resource "aws_eip" "nat_instance" {
  count = local.nat_instances

  domain            = "vpc"
  network_interface = aws_network_interface.nat[0].id
  tags              = merge(var.tags, { Name = "${var.name}-nat" })

  depends_on = [aws_internet_gateway.this]
}

resource "aws_instance" "nat" {
  count = local.nat_instances

  ami                         = data.aws_ssm_parameter.nat_image[0].insecure_value
  ebs_optimized               = true
  iam_instance_profile        = aws_iam_instance_profile.nat[0].name
  instance_type               = var.nat_instance_type
  user_data                   = local.nat_user_data
  user_data_replace_on_change = true
  tags                        = merge(var.tags, { Name = "${var.name}-nat" })

  maintenance_options {
    auto_recovery = "default"
  }

  metadata_options {
    http_endpoint               = "enabled"
    http_put_response_hop_limit = 1
    http_tokens                 = "required"
  }

  network_interface {
    device_index         = 0
    network_interface_id = aws_network_interface.nat[0].id
  }

  root_block_device {
    encrypted   = true
    volume_size = 8
    volume_type = "gp3"
    tags        = merge(var.tags, { Name = "${var.name}-nat" })
  }

  # The first boot installs a package, so address, way out and rules come first.
  depends_on = [
    aws_eip.nat_instance,
    aws_iam_role_policy.nat,
    aws_route.public,
    aws_route_table_association.public,
    aws_vpc_security_group_egress_rule.nat,
  ]

  lifecycle {
    # AWS owns what the parameter names and renews it every few weeks; a plan must not cut the way out for that.
    ignore_changes = [ami]
  }
}

data "aws_iam_policy_document" "nat_assume" {
  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = ["ec2.amazonaws.com"]
    }
  }
}

data "aws_iam_policy_document" "nat" {
  # Session Manager's channels have no resource to name. AmazonSSMManagedInstanceCore would also read every parameter.
  statement {
    sid = "SessionManager"
    actions = [
      "ssm:UpdateInstanceInformation",
      "ssmmessages:CreateControlChannel",
      "ssmmessages:CreateDataChannel",
      "ssmmessages:OpenControlChannel",
      "ssmmessages:OpenDataChannel",
    ]
    resources = ["*"]
  }
}

resource "aws_iam_role" "nat" {
  count = local.nat_instances

  name               = "${var.name}-nat"
  description        = "NAT instance of ${var.name}: Session Manager in place of SSH"
  assume_role_policy = data.aws_iam_policy_document.nat_assume.json
  tags               = var.tags
}

resource "aws_iam_role_policy" "nat" {
  count = local.nat_instances

  name   = "session-manager"
  policy = data.aws_iam_policy_document.nat.json
  role   = aws_iam_role.nat[0].id
}

resource "aws_iam_instance_profile" "nat" {
  count = local.nat_instances

  name = "${var.name}-nat"
  role = aws_iam_role.nat[0].name
  tags = var.tags
}

# Different periods, as AWS advises, so that the two actions do not race.
resource "aws_cloudwatch_metric_alarm" "nat" {
  for_each = var.nat == "instance" ? {
    recover = { metric = "StatusCheckFailed_System", minutes = 2, action = "moves the NAT instance to other hardware" }
    reboot  = { metric = "StatusCheckFailed_Instance", minutes = 3, action = "reboots the NAT instance" }
  } : {}

  alarm_name          = "${var.name}-nat-${each.key}"
  alarm_description   = "After ${each.value.minutes} failed minutes of ${each.value.metric}: ${each.value.action}."
  namespace           = "AWS/EC2"
  metric_name         = each.value.metric
  dimensions          = { InstanceId = aws_instance.nat[0].id }
  statistic           = "Maximum"
  period              = 60
  evaluation_periods  = each.value.minutes
  comparison_operator = "GreaterThanOrEqualToThreshold"
  threshold           = 1
  alarm_actions       = ["arn:${local.partition}:automate:${local.region}:ec2:${each.key}"]
  tags                = var.tags

  # A stopped instance reports nothing, and neither action starts it.
  treat_missing_data = "missing"
}
