"""A monthly budget of what was promised warns before it is spent."""

from collections.abc import Iterator, Mapping
from typing import Any

from generator.policy import TIERS, Fault, Resource, Severity, known, policy, rejected

# A budget that counts only what carries a tag is still one of the whole application.
WHOLE = ("TagKeyValue", "LinkedAccount", "CostCategory")
# What a tier's budget tells, and between which shares of the limit in percent.
TOLD = (
    ("ACTUAL", 60, 90, "what is spent before it is too late"),
    ("ACTUAL", 95, 105, "that the limit is reached"),
    ("FORECASTED", 80, 105, "that the limit will be reached"),
)
# What runs all day and is reserved in a tier, by the name that its costs have.
RESERVED = {
    "aws_db_instance": "Amazon Relational Database Service",
    "aws_elasticache_replication_group": "Amazon ElastiCache",
}
RESERVATION = {"RI_COVERAGE": "how much of it is reserved", "RI_UTILIZATION": "whether what is reserved is used"}


@policy(
    id="TIER_AWS_089",
    title="A monthly cost budget of what was promised warns of what is spent and forecast; others watch reservations",
    severity=Severity.MEDIUM,
    why="Without a forecast alert the bill at the end of the month is the first to say that the promise was broken.",
    remedy="add an `aws_budgets_budget` of type COST with the promised `limit_amount` and notifications ACTUAL and "
    "FORECASTED that have subscribers; in a tier also budgets RI_COVERAGE and RI_UTILIZATION for database and cache",
    source="https://docs.aws.amazon.com/cost-management/latest/userguide/budgets-managing-costs.html",
    resources=["aws_budgets_budget", "aws_ecs_service", "aws_db_instance", "aws_elasticache_replication_group"],
    unknown=rejected("limit and notifications are literals of the blueprint"),
)
def budgeted(resource: Resource) -> Iterator[Fault]:
    """Judge each budget of costs, and ask for one where something costs money."""
    if resource.type == "aws_budgets_budget":
        if _of_costs(resource):
            yield from _limit(resource)
            yield from _notified(resource)
        else:
            yield from _useful(resource)
        return
    if _promised(resource) and not any(_of_costs(item) for item in resource.plan.of("aws_budgets_budget")):
        yield Fault("no monthly budget watches what it costs")
    if resource.plan.tier in TIERS and resource.type in RESERVED:
        yield from _reserved(resource)


def _promised(resource: Resource) -> bool:
    """Say whether the plan is to have a budget of its own; other plans may be watched from elsewhere."""
    return bool(resource.plan.tier in TIERS or resource.plan.promises.get("monthly_usd"))


def _of_costs(budget: Resource) -> bool:
    """Say whether a budget is on all costs of a month, not on one service or on reservations."""
    if budget["budget_type"] != "COST" or budget["time_unit"] != "MONTHLY":
        return False
    return all(item.get("name") in WHOLE for item in budget.blocks("cost_filter"))


def _of_all_costs(budget: Resource) -> list[Resource]:
    """Return the budgets that, like this one, are on all costs: one of them has the promised limit."""
    return [item for item in budget.plan.of("aws_budgets_budget") if _of_costs(item)]


def _reserved(resource: Resource) -> Iterator[Fault]:
    """Ask for budgets on the reservations of a service whose hours a tier reserves."""
    service = RESERVED[resource.type]
    for kind, what in RESERVATION.items():
        budgets = [item for item in resource.plan.of("aws_budgets_budget") if item["budget_type"] == kind]
        if not any(service in (block.get("values") or []) for it in budgets for block in it.blocks("cost_filter")):
            yield Fault(f"no {kind} budget of {service} tells {what}")


def _limit(budget: Resource) -> Iterator[Fault]:
    promised = budget.plan.promises.get("monthly_usd")
    if budget["limit_unit"] != "USD":
        yield Fault(f"its limit is in {budget['limit_unit']}, the promise in USD", "limit_unit")
    limit = _number(budget["limit_amount"])
    if limit <= 0:
        yield Fault("it has no limit", "limit_amount")
    elif promised and not any(_number(item["limit_amount"]) == promised for item in _of_all_costs(budget)):
        yield Fault(f"its limit is {limit:g} USD; {promised:g} USD are promised", "limit_amount")


def _notified(budget: Resource) -> Iterator[Fault]:
    """Ask for a notification of each kind that comes in time and goes to someone."""
    blocks = list(enumerate(budget.blocks("notification")))
    for kind in ("ACTUAL", "FORECASTED"):
        of_kind = [(index, block) for index, block in blocks if block.get("notification_type") == kind]
        if not any(_in_time(block, _number(budget["limit_amount"])) for _, block in of_kind):
            yield Fault(f"no {kind} notification comes before the limit is passed", "notification")
    if budget.plan.tier in TIERS:
        yield from _warned(budget)
    for index, block in blocks:
        yield from _told(budget, index, block)


def _warned(budget: Resource) -> Iterator[Fault]:
    """Ask of a tier's budget for all that it tells, early enough and no earlier."""
    shares = [(block.get("notification_type"), _share(budget, block)) for block in budget.blocks("notification")]
    for kind, least, most, what in TOLD:
        if not any(each == kind and least <= share <= most for each, share in shares):
            yield Fault(f"no {kind} notification of {least} to {most} percent tells {what}", "notification")


def _share(budget: Resource, block: Mapping[str, Any]) -> float:
    """Return a notification's threshold in percent of the limit."""
    threshold, limit = _number(block.get("threshold")), _number(budget["limit_amount"])
    return threshold if block.get("threshold_type") == "PERCENTAGE" else 100 * threshold / limit if limit else 0.0


def _useful(budget: Resource) -> Iterator[Fault]:
    """Ask of any other budget, such as one on reservations, for a limit and a notification that somebody gets."""
    if _number(budget["limit_amount"]) <= 0:
        yield Fault("it has no limit", "limit_amount")
    if not budget.blocks("notification"):
        yield Fault("it notifies nobody", "notification")
    for index, block in enumerate(budget.blocks("notification") if budget["budget_type"] in RESERVATION else []):
        if block.get("comparison_operator") != "LESS_THAN":
            yield Fault("what is not reserved, or lies idle, is below the limit", f"notification[{index}]")
    for index, block in enumerate(budget.blocks("notification")):
        yield from _told(budget, index, block)


def _told(budget: Resource, index: int, block: Mapping[str, Any]) -> Iterator[Fault]:
    threshold, place = _number(block.get("threshold")), f"notification[{index}]"
    if block.get("threshold_type") == "PERCENTAGE" and not 50 <= threshold <= 150:
        yield Fault(f"{threshold:g} percent is never, or always, passed", f"{place}.threshold")
    if not _heard(budget, index, block):
        yield Fault("nobody gets the notification", place)


def _in_time(block: Mapping[str, Any], limit: float) -> bool:
    most = 100 if block.get("threshold_type") == "PERCENTAGE" else limit
    over = block.get("comparison_operator") in ("GREATER_THAN", "EQUAL_TO")
    return over and 0 < _number(block.get("threshold")) <= most


def _heard(budget: Resource, index: int, block: Mapping[str, Any]) -> bool:
    emails, topics = block.get("subscriber_email_addresses"), block.get("subscriber_sns_topic_arns")
    if (known(emails) and emails) or (known(topics) and topics):
        return True
    if not known(topics):
        return bool(budget.refers_to("notification", index, "subscriber_sns_topic_arns") or topics)
    return bool(emails)


def _number(value: Any) -> float:
    """Return a number that may be written as text; 0 for what is none."""
    try:
        return float(value or 0)
    except ValueError:
        return 0.0
