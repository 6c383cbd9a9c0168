variable "name" {
  description = "Prefix of all names, and the web ACL's own."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,28}[a-z0-9]$", var.name))
    error_message = "name: write 3 to 30 lower-case letters, digits and hyphens, starting with a letter and not ending with a hyphen."
  }
}

variable "log_kms_key_arn" {
  description = "Key of the log group, in us-east-1; CloudWatch Logs must be let use it."
  type        = string
  nullable    = false
}

variable "count_only" {
  description = "Whether every rule only counts what it would block, to try a new ACL on real requests."
  type        = bool
  default     = false
  nullable    = false
}

variable "log_retention_days" {
  description = "Days that the logs of blocked and counted requests are kept."
  type        = number
  default     = 30
  nullable    = false

  validation {
    condition = contains(
      [1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653],
      var.log_retention_days,
    )
    error_message = "log_retention_days: write a number that CloudWatch Logs knows, such as 7, 14, 30, 90, 180 or 365."
  }
}

variable "login_paths" {
  description = "Beginnings of the paths whose POST requests have a limit of their own, because passwords are guessed there; without any, that rule is left out. The default is where Django and its usual packages sign users in."
  type        = list(string)
  default     = ["/accounts/login/", "/admin/login/", "/api/auth/"]
  nullable    = false

  validation {
    condition     = length(var.login_paths) <= 10 && length(distinct(var.login_paths)) == length(var.login_paths)
    error_message = "login_paths: write at most 10, none twice; each takes 22 of the 1,500 capacity units that the price covers."
  }

  validation {
    condition     = alltrue([for path in var.login_paths : can(regex("^/[!-$&->@-~]{1,199}$", path))])
    error_message = "login_paths: write paths as Django sees them, such as \"/accounts/login/\": with a leading slash, more than that slash, at most 200 characters, no space, query or percent-encoding."
  }
}

variable "login_rate_limit" {
  description = "POST requests to login_paths per 5 minutes and address. It holds for trusted_cidrs, too, so a campus must be able to begin its day; guesses at one account are for the application to stop."
  type        = number
  default     = 2000
  nullable    = false

  validation {
    condition     = var.login_rate_limit >= 10 && var.login_rate_limit <= 2000000000 && floor(var.login_rate_limit) == var.login_rate_limit
    error_message = "login_rate_limit: write a whole number from 10 to 2000000000."
  }
}

variable "managed_rule_groups" {
  description = "Rule groups of AWS by name, and of each the rules that only count. Uploads of photos and assignments exceed the 8 KB of SizeRestrictions_BODY. What is written here replaces the default."
  type = map(object({
    count = optional(list(string), [])
  }))
  default = {
    AWSManagedRulesAmazonIpReputationList = {}
    AWSManagedRulesCommonRuleSet          = { count = ["SizeRestrictions_BODY"] }
    AWSManagedRulesKnownBadInputsRuleSet  = {}
    AWSManagedRulesSQLiRuleSet            = {}
  }
  nullable = false

  validation {
    condition     = alltrue([for name in keys(var.managed_rule_groups) : can(regex("^AWSManagedRules[A-Za-z0-9]{1,100}$", name))])
    error_message = "managed_rule_groups: write names of AWS's own groups, such as AWSManagedRulesLinuxRuleSet."
  }

  validation {
    condition = length(setintersection(keys(var.managed_rule_groups), [
      "AWSManagedRulesACFPRuleSet", "AWSManagedRulesATPRuleSet", "AWSManagedRulesAntiDDoSRuleSet", "AWSManagedRulesBotControlRuleSet",
    ])) == 0
    error_message = "managed_rule_groups: leave out the ACFP, ATP, AntiDDoS and BotControl groups; they want settings of their own and are charged apart."
  }

  validation {
    condition     = alltrue([for group in var.managed_rule_groups : length(group.count) <= 100 && length(distinct(group.count)) == length(group.count)])
    error_message = "managed_rule_groups: write at most 100 rules under count, none twice."
  }
}

variable "rate_limit" {
  description = "Requests per 5 minutes and address, those that the edge answers included. The default lets 650 people behind one address ask every two seconds; larger campuses belong into trusted_cidrs, or need more."
  type        = number
  default     = 100000
  nullable    = false

  validation {
    condition     = var.rate_limit >= 10 && var.rate_limit <= 2000000000 && floor(var.rate_limit) == var.rate_limit
    error_message = "rate_limit: write a whole number from 10 to 2000000000."
  }
}

variable "tags" {
  description = "Tags on every resource, beside the provider's default_tags."
  type        = map(string)
  default     = {}
  nullable    = false
}

variable "trusted_cidrs" {
  description = "Networks of campuses, IPv4 or IPv6, as the internet sees them: rate_limit does not hold for them, every other rule does."
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for cidr in var.trusted_cidrs : try(cidrsubnet(cidr, 0, 0) == cidr, false)])
    error_message = "trusted_cidrs: write networks in their shortest form with the prefix, such as 192.0.2.0/24, 192.0.2.10/32 or 2001:db8::/32."
  }

  validation {
    condition     = alltrue([for cidr in var.trusted_cidrs : try(tonumber(split("/", cidr)[1]) >= 8, true)])
    error_message = "trusted_cidrs: write networks of a prefix of 8 or more; 0.0.0.0/0 and ::/0 would exempt everyone."
  }

  validation {
    condition     = length(distinct(var.trusted_cidrs)) == length(var.trusted_cidrs)
    error_message = "trusted_cidrs: write each network once."
  }
}
