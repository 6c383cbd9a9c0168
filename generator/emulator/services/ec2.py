"""EC2: attributes of flow logs and of security group rules."""

from __future__ import annotations

from generator.emulator.registry import Answer, Call, amend


@amend("ec2", "CreateFlowLogs")
def create_flow_logs(call: Call, answer: Answer) -> None:
    """Forgets DestinationOptions."""
    for name in answer.get("FlowLogIds") or []:
        call.notes("flow_log")[name] = call.params.get("DestinationOptions")


@amend("ec2", "DescribeFlowLogs")
def describe_flow_logs(call: Call, answer: Answer) -> None:
    """Forgets DestinationOptions."""
    for flow_log in answer.get("FlowLogs") or []:
        options = call.notes("flow_log").get(flow_log["FlowLogId"])
        if options:
            flow_log["DestinationOptions"] = options


@amend("ec2", "AuthorizeSecurityGroupIngress", "AuthorizeSecurityGroupEgress")
def authorize(call: Call, answer: Answer) -> None:
    """Forgets the description of a rule whose peer is a prefix list."""
    for rule, permission in zip(
        answer.get("SecurityGroupRules") or [], call.params.get("IpPermissions") or [], strict=False
    ):
        for peer in permission.get("PrefixListIds") or []:
            call.notes("rule")[rule["SecurityGroupRuleId"]] = peer.get("Description")


@amend("ec2", "DescribeSecurityGroupRules")
def describe_rules(call: Call, answer: Answer) -> None:
    """Forgets the description of a rule whose peer is a prefix list."""
    for rule in answer.get("SecurityGroupRules") or []:
        description = call.notes("rule").get(rule["SecurityGroupRuleId"])
        if description:
            rule["Description"] = description
