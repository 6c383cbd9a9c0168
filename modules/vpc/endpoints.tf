locals {
  endpoint_prefix = "${data.aws_partition.current.reverse_dns_prefix}.${local.region}"
}

# Free, and keeps image layers, static files and backups off the NAT.
resource "aws_vpc_endpoint" "s3" {
  vpc_id            = aws_vpc.this.id
  service_name      = "${local.endpoint_prefix}.s3"
  vpc_endpoint_type = "Gateway"
  route_table_ids = concat(
    [aws_route_table.public.id, aws_route_table.database.id],
    [for key in keys(local.zones) : aws_route_table.private[key].id],
  )
  tags = merge(var.tags, { Name = "${var.name}-s3" })
}

resource "aws_security_group" "endpoints" {
  count = length(var.interface_endpoints) > 0 ? 1 : 0

  name        = "${var.name}-endpoints"
  description = "Interface endpoints: HTTPS from the private subnets"
  vpc_id      = aws_vpc.this.id
  tags        = merge(var.tags, { Name = "${var.name}-endpoints" })
}

resource "aws_vpc_security_group_ingress_rule" "endpoints" {
  count = length(var.interface_endpoints) > 0 ? 1 : 0

  security_group_id = aws_security_group.endpoints[0].id
  description       = "HTTPS from the private subnets"
  cidr_ipv4         = local.blocks.private
  from_port         = 443
  ip_protocol       = "tcp"
  to_port           = 443
  tags              = merge(var.tags, { Name = "${var.name}-endpoints-private-subnets" })
}

resource "aws_vpc_endpoint" "interface" {
  for_each = toset(var.interface_endpoints)

  vpc_id              = aws_vpc.this.id
  service_name        = "${local.endpoint_prefix}.${each.key}"
  vpc_endpoint_type   = "Interface"
  private_dns_enabled = true
  security_group_ids  = [aws_security_group.endpoints[0].id]
  subnet_ids          = [for key in keys(local.zones) : aws_subnet.private[key].id]
  tags                = merge(var.tags, { Name = "${var.name}-${each.key}" })
}
