"""Only the services that alert may publish to a topic, in the name of our account."""

from collections.abc import Iterator
from typing import Any

from generator.policy import TIERS, Fault, Resource, Severity, Statement, known, policy, rejected, statements

# Conditions that bind a statement to an account, an organisation or a resource.
BINDING = (
    "aws:sourceaccount", "aws:sourcearn", "aws:sourceowner", "aws:sourceorgid", "aws:principalorgid",
    "aws:principalaccount", "aws:principalarn",
)  # fmt: skip
# Who publishes, by the resources that use the topic and the argument in which they name it.
Use = tuple[str, str, str]
PUBLISHERS: dict[str, tuple[Use, ...]] = {
    "cloudwatch.amazonaws.com": (
        ("aws_cloudwatch_metric_alarm", "", "alarm_actions"),
        ("aws_cloudwatch_composite_alarm", "", "alarm_actions"),
    ),
    "events.rds.amazonaws.com": (("aws_db_event_subscription", "", "sns_topic"),),
    "budgets.amazonaws.com": (("aws_budgets_budget", "notification", "subscriber_sns_topic_arns"),),
    "costalerts.amazonaws.com": (("aws_ce_anomaly_subscription", "subscriber", "address"),),
}
PUBLISHING = ("*", "sns:*", "sns:publish")
# Tests that hold for whom they name.
POSITIVE = ("StringEquals", "StringLike", "ArnEquals", "ArnLike")


@policy(
    id="TIER_AWS_087",
    title="A topic's policy lets only known publishers publish, and every one that uses it",
    severity=Severity.HIGH,
    why="Who may publish to the topic can drown an alert in false ones; a service that may not is never heard.",
    remedy="name the services in `principals` with the action sns:Publish and a condition on `aws:SourceAccount`, one "
    "for each that publishes; in a tier each topic has an `aws_sns_topic_policy`",
    source="https://docs.aws.amazon.com/sns/latest/dg/sns-access-policy-use-cases.html",
    resources=["aws_sns_topic_policy", "aws_sns_topic"],
    unknown=rejected("principals and conditions are literals; a document that hides them may let anyone in"),
)
def published(resource: Resource) -> Iterator[Fault]:
    """Refuse statements that let anyone or any account publish, a publisher without one, and a topic without any."""
    if resource.type == "aws_sns_topic":
        yield from _governed(resource)
        return
    found = statements(resource, "policy")
    allowed = [item for item in found if item.effect == "Allow"]
    for statement in allowed:
        yield from _bound(statement)
        yield from _only_published(resource, statement)
    for statement in found:
        yield from _refused(resource, statement)
    topics = [item for item in resource.refers_to("arn") if item.type == "aws_sns_topic"]
    topics += [item for item in resource.plan.of("aws_sns_topic") if resource.points_to(item, "arn")]
    for topic in dict.fromkeys(topics):
        for service in _publishers(topic):
            if not any(_lets(statement, service) for statement in allowed):
                yield Fault(f"{service} may not publish, though what uses the topic needs it", "policy")


def _governed(topic: Resource) -> Iterator[Fault]:
    """Ask for a policy of a tier's topic: AWS's default lets all of the account change it, and no service be named."""
    if topic.plan.tier not in TIERS or topic.plan.pointing_to(topic, "aws_sns_topic_policy", "arn"):
        return
    own = topic["policy"]
    if "policy" not in topic.expressions and not (known(own) and own):
        yield Fault("it has no policy that says who may publish")


def _publishers(topic: Resource) -> list[str]:
    """Return the services that publish to a topic, by what in the plan uses it."""
    return [service for service, uses in PUBLISHERS.items() if any(_used(topic, use) for use in uses)]


def _used(topic: Resource, use: Use) -> bool:
    kind, block, argument = use
    if not block:
        return bool(topic.plan.pointing_to(topic, kind, argument))
    return any(
        item.points_to(topic, block, index, argument)
        for item in topic.plan.of(kind)
        for index in range(len(item.blocks(block)))
    )


def _only_published(resource: Resource, statement: Statement) -> Iterator[Fault]:
    """Refuse a service that may do more than publish; in a tier, whoever is no service that is named."""
    actions = [action for action in statement.actions if known(action) and str(action).lower() != "sns:publish"]
    services, in_tier = _services(statement.principals), resource.plan.tier in TIERS
    if actions and (services or in_tier):
        yield Fault(f"{', '.join(map(str, actions))}: sns:Publish is all that a publisher needs", "policy")
    if in_tier and _everyone(statement.principals):
        yield Fault("it names no service, so that any may publish", "policy")


def _refused(resource: Resource, statement: Statement) -> Iterator[Fault]:
    """Refuse a denial that keeps the publishers themselves out: unconditional or, in a tier, on what binds them."""
    if statement.effect == "Allow" or not any(str(item).lower() in PUBLISHING for item in statement.actions):
        return
    everyone, services = _everyone(statement.principals), _services(statement.principals)
    met = not statement.conditions or (resource.plan.tier in TIERS and _conditions(statement))
    if met and (everyone or services):
        who = "everyone" if everyone else ", ".join(services)
        yield Fault(f"it keeps {who} from publishing", "policy")


def _bound(statement: Statement) -> Iterator[Fault]:
    """Refuse a statement that lets in whoever asks."""
    if statement.not_actions:
        yield Fault("it allows everything but what it lists", "policy")
    bound = _conditions(statement)
    everyone = _everyone(statement.principals)
    if everyone and not bound:
        yield Fault("anyone may use the topic", "policy")
    elif statement.principals is None:
        yield Fault("it allows everyone but those whom it lists", "policy")
    elif _services(statement.principals) and not bound:
        services = ", ".join(_services(statement.principals))
        yield Fault(f"{services} may publish in the name of any account", "policy")


def _everyone(principals: Any) -> bool:
    return principals == "*" or (isinstance(principals, dict) and "*" in _list(principals.get("AWS")))


def _services(principals: Any) -> list[str]:
    return _list(principals.get("Service")) if isinstance(principals, dict) else []


def _conditions(statement: Statement) -> bool:
    """Say whether a condition binds the statement; one that holds where the key is missing does not."""
    return any(
        key.lower() in BINDING and _narrow(values)
        for test, keys in statement.conditions.items()
        if test.removeprefix("ForAnyValue:") in POSITIVE
        for key, values in keys.items()
    )


def _narrow(values: Any) -> bool:
    return not known(values) or all(not known(value) or value != "*" for value in _list(values))


def _lets(statement: Statement, service: str) -> bool:
    actions = [str(action).lower() for action in statement.actions]
    who = service in _services(statement.principals) or _everyone(statement.principals)
    return who and any(action in PUBLISHING for action in actions)


def _list(value: Any) -> list[Any]:
    if value is None:
        return []
    return list(value) if isinstance(value, (list, tuple)) else [value]
