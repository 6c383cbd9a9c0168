"""EC2 instances: what the NAT instance of the network needs."""

from __future__ import annotations

from typing import Any

from tests.emulator.conftest import Clients


def run_instance(client: Clients) -> tuple[Any, str, str]:
    """Run an instance on an interface of its own; return the client and both ids."""
    ec2 = client("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    subnet = ec2.create_subnet(VpcId=vpc, CidrBlock="10.0.0.0/24")["Subnet"]["SubnetId"]
    interface = ec2.create_network_interface(SubnetId=subnet)["NetworkInterface"]["NetworkInterfaceId"]
    image = ec2.describe_images(Owners=["amazon"])["Images"][0]["ImageId"]
    ran = ec2.run_instances(
        ImageId=image,
        InstanceType="t4g.nano",
        MinCount=1,
        MaxCount=1,
        MaintenanceOptions={"AutoRecovery": "disabled"},
        NetworkInterfaces=[{"DeviceIndex": 0, "NetworkInterfaceId": interface, "DeleteOnTermination": False}],
    )
    return ec2, ran["Instances"][0]["InstanceId"], interface


def recovery(ec2: Any, instance: str) -> str:
    [reservation] = ec2.describe_instances(InstanceIds=[instance])["Reservations"]
    return str(reservation["Instances"][0]["MaintenanceOptions"]["AutoRecovery"])


def test_maintenance_options_are_kept_and_changed(client: Clients) -> None:
    ec2, instance, _interface = run_instance(client)
    assert recovery(ec2, instance) == "disabled"
    ec2.modify_instance_maintenance_options(InstanceId=instance, AutoRecovery="default")
    assert recovery(ec2, instance) == "default"


def test_an_interface_that_outlives_its_instance_is_free(client: Clients) -> None:
    ec2, instance, interface = run_instance(client)
    ec2.terminate_instances(InstanceIds=[instance])
    [found] = ec2.describe_network_interfaces(NetworkInterfaceIds=[interface])["NetworkInterfaces"]
    assert found["Status"] == "available"
    ec2.delete_network_interface(NetworkInterfaceId=interface)
    [reservation] = ec2.describe_instances(InstanceIds=[instance])["Reservations"]
    assert reservation["Instances"][0]["State"]["Name"] == "terminated"
