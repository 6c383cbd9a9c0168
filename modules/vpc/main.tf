data "aws_caller_identity" "current" {}

data "aws_partition" "current" {}

data "aws_region" "current" {}

# Not filtered by state: a zone that is impaired today must not move the subnets of the zones behind it.
data "aws_availability_zones" "this" {
  count = length(var.zone_names) == 0 ? 1 : 0

  filter {
    name   = "opt-in-status"
    values = ["opt-in-not-required"]
  }

  filter {
    name   = "zone-type"
    values = ["availability-zone"]
  }

  lifecycle {
    postcondition {
      condition     = length(self.names) >= var.zones
      error_message = "The region has fewer standard availability zones than zones = ${var.zones}: write a smaller number."
    }
  }
}

locals {
  account   = data.aws_caller_identity.current.account_id
  partition = data.aws_partition.current.partition
  region    = data.aws_region.current.id

  zone_count = length(var.zone_names) > 0 ? length(var.zone_names) : var.zones
  zone_names = length(var.zone_names) > 0 ? var.zone_names : slice(data.aws_availability_zones.this[0].names, 0, var.zones)

  # Keys are the places of the zones, known before any look-up; a further zone only adds one.
  zones = { for index in range(local.zone_count) : tostring(index) => index }

  # A layer is a quarter of the VPC, a subnet a quarter of its layer: blocks do not depend on how many zones are used.
  layers = { public = 0, private = 1, database = 2 }
  blocks = { for layer, number in local.layers : layer => cidrsubnet(var.cidr, 2, number) }
}

resource "aws_vpc" "this" {
  cidr_block                       = var.cidr
  assign_generated_ipv6_cidr_block = var.ipv6
  enable_dns_hostnames             = true
  enable_dns_support               = true
  tags                             = merge(var.tags, { Name = var.name })
}

# Adopted without rules, so that whatever forgets to name a group can talk to nothing.
resource "aws_default_security_group" "this" {
  vpc_id = aws_vpc.this.id
  tags   = merge(var.tags, { Name = "${var.name}-default-unused" })
}

resource "aws_internet_gateway" "this" {
  vpc_id = aws_vpc.this.id
  tags   = merge(var.tags, { Name = var.name })
}

resource "aws_subnet" "public" {
  for_each = local.zones

  vpc_id                          = aws_vpc.this.id
  availability_zone               = local.zone_names[each.value]
  cidr_block                      = cidrsubnet(local.blocks.public, 2, each.value)
  ipv6_cidr_block                 = var.ipv6 ? cidrsubnet(aws_vpc.this.ipv6_cidr_block, 8, local.layers.public * 16 + each.value) : null
  assign_ipv6_address_on_creation = var.ipv6
  map_public_ip_on_launch         = false
  tags                            = merge(var.tags, { Name = "${var.name}-public-${local.zone_names[each.value]}" })
}

resource "aws_subnet" "private" {
  for_each = local.zones

  vpc_id                          = aws_vpc.this.id
  availability_zone               = local.zone_names[each.value]
  cidr_block                      = cidrsubnet(local.blocks.private, 2, each.value)
  ipv6_cidr_block                 = var.ipv6 ? cidrsubnet(aws_vpc.this.ipv6_cidr_block, 8, local.layers.private * 16 + each.value) : null
  assign_ipv6_address_on_creation = var.ipv6
  map_public_ip_on_launch         = false
  tags                            = merge(var.tags, { Name = "${var.name}-private-${local.zone_names[each.value]}" })
}

resource "aws_subnet" "database" {
  for_each = local.zones

  vpc_id                          = aws_vpc.this.id
  availability_zone               = local.zone_names[each.value]
  cidr_block                      = cidrsubnet(local.blocks.database, 2, each.value)
  ipv6_cidr_block                 = var.ipv6 ? cidrsubnet(aws_vpc.this.ipv6_cidr_block, 8, local.layers.database * 16 + each.value) : null
  assign_ipv6_address_on_creation = var.ipv6
  map_public_ip_on_launch         = false
  tags                            = merge(var.tags, { Name = "${var.name}-database-${local.zone_names[each.value]}" })
}
