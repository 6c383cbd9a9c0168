output "database_subnet_ids" {
  description = "Ids of the database subnets, in zone order."
  value       = [for key in keys(local.zones) : aws_subnet.database[key].id]
}

output "flow_log_group_name" {
  description = "Log group of the flow logs; null if they go to a bucket."
  value       = one(aws_cloudwatch_log_group.flow_logs[*].name)
}

output "nat_gateway_ids" {
  description = "Ids of the NAT gateways by the place of their zone (\"0\" is the first)."
  value       = { for key, gateway in aws_nat_gateway.this : key => gateway.id }
}

output "nat_instance_ids" {
  description = "Ids of the NAT instances by the place of their zone (\"0\" is the first)."
  value       = { for index, instance in aws_instance.nat : tostring(index) => instance.id }
}

output "nat_public_ips" {
  description = "Public addresses that private subnets are seen with from outside, in zone order."
  value       = concat([for key, address in aws_eip.nat_gateway : address.public_ip], aws_eip.nat_instance[*].public_ip)
}

output "private_route_table_ids" {
  description = "Ids of the private route tables, in zone order."
  value       = [for key in keys(local.zones) : aws_route_table.private[key].id]
}

output "private_subnet_ids" {
  description = "Ids of the private subnets, in zone order."
  value       = [for key in keys(local.zones) : aws_subnet.private[key].id]
}

output "public_subnet_ids" {
  description = "Ids of the public subnets, in zone order."
  value       = [for key in keys(local.zones) : aws_subnet.public[key].id]
}

output "s3_prefix_list_id" {
  description = "Prefix list of S3's addresses in the region, for security group rules."
  value       = aws_vpc_endpoint.s3.prefix_list_id
}

output "vpc_cidr_block" {
  description = "IPv4 range of the VPC."
  value       = aws_vpc.this.cidr_block
}

output "vpc_id" {
  description = "Id of the VPC."
  value       = aws_vpc.this.id
}

output "zone_names" {
  description = "Names of the availability zones, in the order of the lists of subnets."
  value       = local.zone_names
}
