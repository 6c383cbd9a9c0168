locals {
  nat_gateways = {
    for key, index in local.zones : key => index if var.nat == "per_zone" || (var.nat == "single" && index == 0)
  }
}

resource "aws_eip" "nat_gateway" {
  for_each = local.nat_gateways

  domain = "vpc"
  tags   = merge(var.tags, { Name = "${var.name}-nat-${local.zone_names[each.value]}" })

  # An address can only be used once the VPC has an internet gateway.
  depends_on = [aws_internet_gateway.this]
}

resource "aws_nat_gateway" "this" {
  for_each = local.nat_gateways

  allocation_id = aws_eip.nat_gateway[each.key].id
  subnet_id     = aws_subnet.public[each.key].id
  tags          = merge(var.tags, { Name = "${var.name}-${local.zone_names[each.value]}" })

  depends_on = [aws_internet_gateway.this]
}
