"""Roles may do what they need, to what they need it for."""

from collections.abc import Iterator

from generator.policy import Fault, Resource, Severity, Statement, accepted, known, policy, statements

# What AWS lets nobody scope to a resource.
UNSCOPED = (
    "application-autoscaling:", "autoscaling:Describe", "ce:", "cloudwatch:Describe", "cloudwatch:GetMetric",
    "cloudwatch:ListMetrics", "cloudwatch:PutMetricData", "ec2:CreateNetworkInterface", "ec2:Describe",
    "ecr:GetAuthorizationToken", "ecs:DescribeTaskDefinition", "ecs:ListClusters", "ecs:RegisterTaskDefinition",
    "elasticloadbalancing:Describe", "iam:ListRoles", "logs:DescribeLogGroups", "pricing:", "rds:Describe",
    "s3:ListAllMyBuckets", "ssm:UpdateInstanceInformation", "ssmmessages:", "sts:GetCallerIdentity", "tag:Get", "xray:",
)  # fmt: skip
TOO_MUCH = ("AdministratorAccess", "PowerUserAccess", "IAMFullAccess")
ROLES = ("aws_iam_role_policy", "aws_iam_policy", "aws_iam_user_policy", "aws_iam_group_policy")


@policy(
    id="TIER_AWS_046",
    title="No role may do everything, or something to everything that AWS can scope",
    severity=Severity.HIGH,
    why="Whoever takes over a task, an instance or a pipeline has all that its role may do.",
    remedy="name the actions and the ARNs; bind `iam:PassRole` to roles and to the service that they are for",
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html",
    resources=[*ROLES, "aws_iam_role_policy_attachment", "aws_iam_policy_attachment", "aws_iam_user_policy_attachment",
               "aws_iam_group_policy_attachment"],
    unknown=accepted("the document is made of ARNs that only the apply knows; the next plan knows it"),
)  # fmt: skip
def narrow(resource: Resource) -> Iterator[Fault]:
    """Refuse wildcards, pass-role for all, and AWS's policies for administrators."""
    if resource.type not in ROLES:
        arn = resource["policy_arn"]
        name = str(arn).rsplit("/", 1)[-1] if known(arn) and arn else ""
        if name in TOO_MUCH or name.endswith("FullAccess"):
            yield Fault(f"it attaches {name}", "policy_arn")
        return
    for statement in statements(resource, "policy"):
        if statement.effect == "Allow":
            for message in _faults(statement):
                yield Fault(message, "policy")


def _faults(statement: Statement) -> Iterator[str]:
    if statement.not_actions:
        yield "it allows all actions but some"
    actions = [str(action) for action in statement.actions]
    for action in actions:
        service, _, rest = action.partition(":")
        if action == "*" or (rest == "*" and f"{service}:" not in UNSCOPED):
            yield f"it allows {action}"
    if statement.not_resources:
        yield "it is about all resources but some"
    everything = any(known(item) and item == "*" for item in statement.resources)
    scoped = [action for action in actions if not action.startswith(UNSCOPED)]
    if everything and scoped and not statement.conditions:
        yield f"it allows {', '.join(scoped)} to everything"
    passing = [action for action in actions if action.lower() in ("iam:passrole", "iam:*", "*")]
    if passing and (everything or not statement.conditions):
        yield "it passes roles to whatever service, or any role"
