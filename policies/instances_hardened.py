"""An instance gives its role's credentials to nobody, and its disk is encrypted."""

from collections.abc import Iterator

from generator.policy import Fault, Resource, Severity, known, policy, rejected

INTERFACE, PROFILE = "aws_network_interface", "aws_iam_instance_profile"
DEAR = ("io1", "io2")


@policy(
    id="TIER_AWS_048",
    title="Instances ask for session tokens, have encrypted disks and no key pair",
    severity=Severity.HIGH,
    why="With the old metadata service one forged request on the instance hands out its role.",
    remedy="set `metadata_options` with `http_tokens` required and a hop limit of 1, encrypt `root_block_device`, use "
    "Session Manager in place of keys",
    source="https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/configuring-instance-metadata-service.html",
    resources=["aws_instance", "aws_launch_template", INTERFACE],
    unknown=rejected("options of an instance are literals"),
)
def hardened(instance: Resource) -> Iterator[Fault]:
    """Refuse instances that hand out credentials, or can be logged into with a key."""
    if instance.type != "aws_launch_template":
        yield from _forwards(instance)
    if instance.type == INTERFACE:
        return
    options = instance.block("metadata_options")
    if options.get("http_tokens") != "required" and options.get("http_endpoint") != "disabled":
        yield Fault("its metadata service asks for no session token", "metadata_options")
    if (options.get("http_put_response_hop_limit") or 1) > (1 if instance.plan.tier else 2):
        yield Fault("its tokens travel beyond the instance", "metadata_options[0].http_put_response_hop_limit")
    if instance["key_name"]:
        yield Fault("it can be logged into with a key", "key_name")
    yield from _disks(instance)
    if instance.type == "aws_launch_template":
        return
    if instance["get_password_data"]:
        yield Fault("its password ends up in the state", "get_password_data")
    if instance.plan.tier:
        yield from _of_a_tier(instance)


def _forwards(instance: Resource) -> Iterator[Fault]:
    """Refuse to forward what is for others, but where a route leads: that is what a NAT is for."""
    checked = instance["source_dest_check"]
    if not known(checked) or checked is None or checked:
        return
    routes = (*instance.plan.of("aws_route"), *instance.plan.of("aws_route_table"))
    paths = (("network_interface_id",), ("instance_id",), ("route",))
    if not any(item is instance for route in routes for path in paths for item in route.refers_to(*path)):
        yield Fault("it forwards what is not for it, though no route leads to it", "source_dest_check")


def _begins(instance: Resource) -> Iterator[Fault]:
    """Ask that an instance is told what it is for, and can read it: from its metadata, at each change."""
    told = instance["user_data"], instance["user_data_base64"]
    if all(known(item) and not item for item in told):
        yield Fault("it starts as an empty machine", "user_data")
    elif not instance["user_data_replace_on_change"]:
        yield Fault("what it is told anew does not reach it", "user_data_replace_on_change")
    if instance.block("metadata_options").get("http_endpoint") == "disabled":
        yield Fault("it cannot read what it is told", "metadata_options[0].http_endpoint")
    interfaces = [item for item in instance.plan.of(INTERFACE) if _led_to(item)]
    attached = instance.blocks("network_interface")
    if (
        interfaces
        and not attached
        and not any(
            instance.plan.pointing_to(it, "aws_network_interface_attachment", "network_interface_id")
            for it in interfaces
        )
    ):
        yield Fault("routes lead to a network interface that it does not have", "network_interface")


def _led_to(interface: Resource) -> bool:
    """Say whether a route leads to a network interface."""
    return any(interface in route.refers_to("network_interface_id") for route in interface.plan.of("aws_route"))


def _disks(instance: Resource) -> Iterator[Fault]:
    if instance.type == "aws_launch_template":
        for index, mapping in enumerate(instance.blocks("block_device_mappings")):
            disks = mapping.get("ebs") or []
            if any(str(disk.get("encrypted")).lower() != "true" for disk in disks if disk is not None):
                yield Fault("a disk is not encrypted", f"block_device_mappings[{index}].ebs")
        return
    if not instance.block("root_block_device").get("encrypted"):
        yield Fault("its disk is not encrypted", "root_block_device")
    for index, disk in enumerate(instance.blocks("ebs_block_device")):
        if not disk.get("encrypted") and not disk.get("snapshot_id"):
            yield Fault("a further disk is not encrypted", f"ebs_block_device[{index}].encrypted")


def _of_a_tier(instance: Resource) -> Iterator[Fault]:
    size = str(instance["instance_type"] or "").rpartition(".")[2]
    if size not in ("nano", "micro", "small", "medium"):
        yield Fault(f"it is of the class {instance['instance_type']}", "instance_type")
    mode = instance.block("credit_specification").get("cpu_credits")
    if mode == "unlimited":
        yield Fault("its CPU credits have no limit, and a price", "credit_specification[0].cpu_credits")
    tenancy = instance["tenancy"]
    if known(tenancy) and tenancy not in (None, "", "default"):
        yield Fault(f"it pays for hardware of its own: {tenancy}", "tenancy")
    disk = instance.block("root_block_device")
    if (disk.get("volume_size") or 0) > 100 or disk.get("volume_type") in DEAR:
        yield Fault("its disk is larger, or faster, than anything needs", "root_block_device")
    profile = instance["iam_instance_profile"]
    profiles = instance.plan.of(PROFILE)
    if (known(profile) and not profile) or not any(instance.points_to(it, "iam_instance_profile") for it in profiles):
        yield Fault("nobody gets into it: it has no profile for Session Manager", "iam_instance_profile")
    for found in profiles:
        if instance.points_to(found, "iam_instance_profile") and known(found["role"]) and not found["role"]:
            yield Fault(f"{found.address} has no role", "iam_instance_profile")
    yield from _begins(instance)
    if instance.block("maintenance_options").get("auto_recovery") == "disabled":
        yield Fault("it is not recovered when its host fails", "maintenance_options[0].auto_recovery")
