# Both windows in minutes of the week, to see whether they are long enough and apart; null where they cannot be read.
locals {
  days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]

  snapshot_minutes = try([
    for time in split("-", var.snapshot_window) : tonumber(split(":", time)[0]) * 60 + tonumber(split(":", time)[1])
  ], null)
  maintenance_minutes = try([
    for time in split("-", var.maintenance_window) :
    index(local.days, split(":", time)[0]) * 1440 + tonumber(split(":", time)[1]) * 60 + tonumber(split(":", time)[2])
  ], null)

  snapshot_length    = try((local.snapshot_minutes[1] - local.snapshot_minutes[0] + 1440) % 1440, 60)
  maintenance_length = try((local.maintenance_minutes[1] - local.maintenance_minutes[0] + 10080) % 10080, 60)

  # Two windows meet when one begins before the other has ended, on any day of the week.
  windows_meet = try(anytrue([
    for day in range(7) :
    (local.maintenance_minutes[0] - local.snapshot_minutes[0] - day * 1440 + 20160) % 10080 < local.snapshot_length ||
    (local.snapshot_minutes[0] + day * 1440 - local.maintenance_minutes[0] + 20160) % 10080 < local.maintenance_length
  ]), false)
}
