"""Only the services that alert may publish to a topic, in the name of our account."""

from collections.abc import Iterator
from typing import Any

from generator.policy import Fault, Resource, Severity, Statement, known, policy, rejected, statements

# Conditions that bind a statement to an account, an organisation or a resource.
BINDING = (
    "aws:sourceaccount", "aws:sourcearn", "aws:sourceowner", "aws:sourceorgid", "aws:principalorgid",
    "aws:principalaccount", "aws:principalarn",
)  # fmt: skip
# Who publishes, by the resources that use the topic and the argument in which they name it.
PUBLISHERS = {
    "cloudwatch.amazonaws.com": (
        ("aws_cloudwatch_metric_alarm", "alarm_actions"),
        ("aws_cloudwatch_composite_alarm", "alarm_actions"),
    ),
    "events.rds.amazonaws.com": (("aws_db_event_subscription", "sns_topic"),),
}


@policy(
    id="TIER_AWS_087",
    title="A topic's policy lets only known publishers in, and every one that uses it",
    severity=Severity.HIGH,
    why="Who may publish to the topic can drown an alert in false ones; a service that may not is never heard.",
    remedy="name the services in `principals` with a condition on `aws:SourceAccount`, one for each that publishes",
    source="https://docs.aws.amazon.com/sns/latest/dg/sns-access-policy-use-cases.html",
    resources=["aws_sns_topic_policy"],
    unknown=rejected("principals and conditions are literals; a document that hides them may let anyone in"),
)
def published(topic_policy: Resource) -> Iterator[Fault]:
    """Refuse statements that let anyone or any account publish, and a publisher without one."""
    found = [item for item in statements(topic_policy, "policy") if item.effect == "Allow"]
    for statement in found:
        yield from _bound(statement)
    topics = [item for item in topic_policy.refers_to("arn") if item.type == "aws_sns_topic"]
    topics += [item for item in topic_policy.plan.of("aws_sns_topic") if topic_policy.points_to(item, "arn")]
    for topic in dict.fromkeys(topics):
        for service, uses in PUBLISHERS.items():
            used = any(topic.plan.pointing_to(topic, kind, argument) for kind, argument in uses)
            if used and not any(_lets(statement, service) for statement in found):
                yield Fault(f"{service} may not publish, though what uses the topic needs it", "policy")


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
        if test.removeprefix("ForAnyValue:") in ("StringEquals", "StringLike", "ArnEquals", "ArnLike")
        for key, values in keys.items()
    )


def _narrow(values: Any) -> bool:
    return not known(values) or all(not known(value) or value != "*" for value in _list(values))


def _lets(statement: Statement, service: str) -> bool:
    actions = [str(action).lower() for action in statement.actions]
    who = service in _services(statement.principals) or _everyone(statement.principals)
    return who and any(action in ("*", "sns:*", "sns:publish") for action in actions)


def _list(value: Any) -> list[Any]:
    if value is None:
        return []
    return list(value) if isinstance(value, (list, tuple)) else [value]
