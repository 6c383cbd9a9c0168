# A module called twice, with for_each and with count.

terraform {
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 5.100"
    }
  }
}

provider "aws" {
  region = "eu-west-1"
}

locals {
  shops = {
    "books.example" = { port = 22, private = true }
    "games"         = { port = 443, private = false }
  }
}

module "shop" {
  source   = "./store"
  for_each = local.shops

  name    = each.key
  port    = each.value.port
  private = each.value.private
}

module "archive" {
  source = "./store"
  count  = 1

  name    = "archive"
  port    = 443
  private = true
  open_to = []
}
