output "name_servers" {
  description = "Name servers to which the registrar must delegate the domain."
  value       = var.create_zone ? aws_route53_zone.this[0].name_servers : data.aws_route53_zone.this[0].name_servers
}

output "names" {
  description = "The domain and its alternative names."
  value       = local.names
}

output "origin_certificate_arn" {
  description = "ARN of the load balancer's certificate; known to others once it is validated."
  value       = aws_acm_certificate_validation.origin.certificate_arn
}

output "viewer_certificate_arn" {
  description = "ARN of CloudFront's certificate in us-east-1; known to others once it is validated."
  value       = aws_acm_certificate_validation.viewer.certificate_arn
}

output "zone_arn" {
  description = "ARN of the hosted zone."
  value       = local.zone_arn
}

output "zone_id" {
  description = "Id of the hosted zone."
  value       = local.zone_id
}
