"""EC2: attributes of flow logs and of security group rules, and what NAT gateways leave behind."""

from __future__ import annotations

from typing import Any

from generator.emulator.registry import Answer, Call, amend, operation, patch


@patch("ec2")
def find_subnets_by_association() -> None:
    """Subnets: cannot be filtered by their IPv6 association, for which Terraform waits."""
    from moto.ec2.models.subnets import Subnet  # noqa: PLC0415 - slow to import

    original = Subnet.get_filter_value

    def get_filter_value(self: Any, filter_name: str, method_name: str | None = None) -> Any:
        if filter_name == "ipv6-cidr-block-association.association-id":
            return list(self.ipv6_cidr_block_associations)
        return original(self, filter_name, method_name)

    Subnet.get_filter_value = get_filter_value  # type: ignore[method-assign]


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


@amend("ec2", "DeleteNatGateway")
def delete_nat_gateway(call: Call, answer: Answer) -> None:
    """Leaves the gateway's network interface behind."""
    gateway = call.backend().nat_gateways[answer["NatGatewayId"]]
    call.backend().enis.pop(gateway._eni.id, None)


PEERS = ("IpRanges", "Ipv6Ranges", "PrefixListIds", "UserIdGroupPairs")


@amend("ec2", "AuthorizeSecurityGroupIngress", "AuthorizeSecurityGroupEgress")
def authorize(call: Call, answer: Answer) -> None:
    """Forgets the description of a rule whose peer is a prefix list or a group."""
    permissions = call.params.get("IpPermissions") or []
    peers = [peer for permission in permissions for kind in PEERS for peer in permission.get(kind) or []]
    rules = answer.get("SecurityGroupRules") or []
    if len(rules) == len(peers):  # one rule for each peer
        for rule, peer in zip(rules, peers, strict=True):
            _describe(call, rule, peer.get("Description"))


@amend("ec2", "ModifySecurityGroupRules")
def modify_rules(call: Call, answer: Answer) -> None:  # noqa: ARG001
    """Forgets the description of a rule whose peer is a prefix list or a group."""
    for rule in call.params["SecurityGroupRules"]:
        call.notes("rule")[rule["SecurityGroupRuleId"]] = rule["SecurityGroupRule"].get("Description")


@amend("ec2", "DescribeSecurityGroupRules")
def describe_rules(call: Call, answer: Answer) -> None:
    """Forgets the description of a rule whose peer is a prefix list or a group."""
    for rule in answer.get("SecurityGroupRules") or []:
        noted = call.notes("rule").get(rule["SecurityGroupRuleId"])
        if noted:
            rule["Description"] = noted


def _describe(call: Call, rule: Answer, description: str | None) -> None:
    if description:
        call.notes("rule")[rule["SecurityGroupRuleId"]] = description
        rule["Description"] = description


@amend("ec2", "RunInstances")
def run_instances(call: Call, answer: Answer) -> None:
    """Forgets MaintenanceOptions."""
    options = call.params.get("MaintenanceOptions") or {}
    for instance in answer.get("Instances") or []:
        call.notes("maintenance")[instance["InstanceId"]] = options.get("AutoRecovery") or "default"
    _maintain(call, answer)


@amend("ec2", "DescribeInstances")
def describe_instances(call: Call, answer: Answer) -> None:
    """Forgets MaintenanceOptions."""
    for reservation in answer.get("Reservations") or []:
        _maintain(call, reservation)


def _maintain(call: Call, reservation: Answer) -> None:
    for instance in reservation.get("Instances") or []:
        recovery = call.notes("maintenance").get(instance["InstanceId"], "default")
        instance["MaintenanceOptions"] = {"AutoRecovery": recovery}


@operation("ec2", "ModifyInstanceMaintenanceOptions")
def modify_maintenance(call: Call) -> Answer:
    """Not implemented."""
    name = call.params["InstanceId"]
    call.backend().get_instance(name)  # fails if there is none
    recovery = call.params.get("AutoRecovery") or "default"
    call.notes("maintenance")[name] = recovery
    return {"InstanceId": name, "AutoRecovery": recovery}


@amend("ec2", "TerminateInstances")
def terminate_instances(call: Call, answer: Answer) -> None:
    """Leaves an interface attached that outlives its instance."""
    for item in answer.get("TerminatingInstances") or []:
        instance = call.backend().get_instance(item["InstanceId"])
        nics = dict(instance.nics)
        for interface in nics.values():
            if interface.id in call.backend().enis:
                instance.detach_eni(interface)
        instance.nics = nics  # moto reads the addresses of a terminated instance from them
