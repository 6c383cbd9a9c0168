output "bucket_arns" {
  description = "ARNs of the buckets by key; known to others once logs may be written."
  value       = { for key, bucket in aws_s3_bucket.this : key => bucket.arn }

  # A service that starts to deliver logs tries the bucket at once.
  depends_on = [aws_s3_bucket_policy.this]
}

output "bucket_names" {
  description = "Names of the buckets by key; known to others once logs may be written."
  value       = { for key, bucket in aws_s3_bucket.this : key => bucket.bucket }

  # A load balancer writes a test file when its access logs are switched on.
  depends_on = [aws_s3_bucket_policy.this]
}

output "bucket_regional_domain_names" {
  description = "Regional domain names of the buckets by key, for CloudFront's origins."
  value       = { for key, bucket in aws_s3_bucket.this : key => bucket.bucket_regional_domain_name }
}
