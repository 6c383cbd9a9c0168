# A decent small shop: references throughout, nothing open, all data encrypted by a key of its own.

terraform {
  required_version = ">= 1.9"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 5.100"
    }
  }
}

provider "aws" {
  region = "us-east-1"

  default_tags {
    tags = { project = "webshop" }
  }
}

resource "aws_kms_key" "data" {
  description         = "Encrypts the orders"
  enable_key_rotation = true
}

resource "aws_vpc" "shop" {
  cidr_block = "10.30.0.0/16"
}

resource "aws_default_security_group" "shop" {
  vpc_id = aws_vpc.shop.id
}

resource "aws_flow_log" "shop" {
  vpc_id               = aws_vpc.shop.id
  traffic_type         = "ALL"
  log_destination_type = "s3"
  log_destination      = aws_s3_bucket.private["logs"].arn
}

resource "aws_security_group" "orders" {
  name_prefix = "orders-"
  description = "Database of the orders"
  vpc_id      = aws_vpc.shop.id
}

resource "aws_security_group" "till" {
  name_prefix = "till-"
  description = "What takes the orders"
  vpc_id      = aws_vpc.shop.id
}

resource "aws_vpc_security_group_ingress_rule" "orders" {
  description                  = "PostgreSQL"
  security_group_id            = aws_security_group.orders.id
  referenced_security_group_id = aws_security_group.till.id
  ip_protocol                  = "tcp"
  from_port                    = 5432
  to_port                      = 5432
}

resource "aws_db_instance" "orders" {
  identifier                  = "orders"
  engine                      = "postgres"
  instance_class              = "db.t4g.micro"
  allocated_storage           = 20
  username                    = "orders"
  manage_master_user_password = true
  multi_az                    = true
  storage_encrypted           = true
  kms_key_id                  = aws_kms_key.data.arn
  backup_retention_period     = 14
  deletion_protection         = true
  final_snapshot_identifier   = "orders-last"
  vpc_security_group_ids      = [aws_security_group.orders.id]
}

resource "aws_s3_bucket" "private" {
  for_each = toset(["invoices", "logs"])

  bucket_prefix = "webshop-${each.key}-"
}

resource "aws_s3_bucket_public_access_block" "private" {
  for_each = aws_s3_bucket.private

  bucket                  = each.value.id
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_server_side_encryption_configuration" "private" {
  for_each = aws_s3_bucket.private

  bucket = each.value.id

  rule {
    apply_server_side_encryption_by_default {
      sse_algorithm     = "aws:kms"
      kms_master_key_id = aws_kms_key.data.arn
    }
  }
}
