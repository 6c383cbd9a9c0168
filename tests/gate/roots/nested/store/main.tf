variable "name" {
  type = string
}

variable "port" {
  type = number
}

variable "private" {
  type = bool
}

variable "open_to" {
  type    = list(string)
  default = ["0.0.0.0/0"]
}

resource "aws_vpc" "this" {
  cidr_block = "10.0.0.0/16"

  tags = {
    Name = var.name
  }
}

resource "aws_subnet" "this" {
  for_each = toset(["a", "b"])

  vpc_id            = aws_vpc.this.id
  availability_zone = "eu-west-1${each.key}"
  cidr_block        = each.key == "a" ? "10.0.0.0/24" : "10.0.1.0/24"
}

resource "aws_security_group" "this" {
  name        = "store-${var.name}"
  description = "Store"
  vpc_id      = aws_vpc.this.id

  dynamic "ingress" {
    for_each = var.open_to
    content {
      description = "Visitors"
      from_port   = var.port
      to_port     = var.port
      protocol    = "tcp"
      cidr_blocks = [ingress.value]
    }
  }
}

resource "aws_s3_bucket" "this" {
  bucket_prefix = "store-"
}

resource "aws_s3_bucket_public_access_block" "this" {
  count = var.private ? 1 : 0

  bucket                  = aws_s3_bucket.this.id
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_db_subnet_group" "this" {
  subnet_ids = [for subnet in aws_subnet.this : subnet.id]
}

resource "aws_db_instance" "this" {
  identifier_prefix           = "store-"
  engine                      = "postgres"
  instance_class              = "db.t4g.micro"
  allocated_storage           = 20
  username                    = "store"
  manage_master_user_password = true
  storage_encrypted           = var.private
  db_subnet_group_name        = aws_db_subnet_group.this.name
  vpc_security_group_ids      = [aws_security_group.this.id]
  skip_final_snapshot         = true
}
