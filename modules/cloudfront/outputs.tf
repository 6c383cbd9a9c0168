output "distribution_arn" {
  description = "ARN of the distribution."
  value       = aws_cloudfront_distribution.this.arn
}

output "distribution_id" {
  description = "Id of the distribution, for invalidations and metrics."
  value       = aws_cloudfront_distribution.this.id
}

output "domain_name" {
  description = "CloudFront's own name for the distribution."
  value       = aws_cloudfront_distribution.this.domain_name
}

output "hosted_zone_id" {
  description = "Hosted zone of that name, for alias records."
  value       = aws_cloudfront_distribution.this.hosted_zone_id
}

output "vpc_origin_id" {
  description = "Id of the VPC origin."
  value       = aws_cloudfront_vpc_origin.this.id
}
