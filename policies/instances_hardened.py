"""An instance gives its role's credentials to nobody, and its disk is encrypted."""

from collections.abc import Iterator

from generator.policy import Fault, Resource, Severity, known, policy, rejected


@policy(
    id="TIER_AWS_048",
    title="Instances ask for session tokens, have encrypted disks and no key pair",
    severity=Severity.HIGH,
    why="With the old metadata service one forged request on the instance hands out its role.",
    remedy="set `metadata_options` with `http_tokens` required and a hop limit of 1, encrypt `root_block_device`, use "
    "Session Manager in place of keys",
    source="https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/configuring-instance-metadata-service.html",
    resources=["aws_instance", "aws_launch_template"],
    unknown=rejected("options of an instance are literals"),
)
def hardened(instance: Resource) -> Iterator[Fault]:
    """Refuse instances that hand out credentials, or can be logged into with a key."""
    options = instance.block("metadata_options")
    if options.get("http_tokens") != "required" and options.get("http_endpoint") != "disabled":
        yield Fault("its metadata service asks for no session token", "metadata_options")
    if (options.get("http_put_response_hop_limit") or 1) > 2:
        yield Fault("its tokens travel beyond the instance", "metadata_options[0].http_put_response_hop_limit")
    if instance["key_name"]:
        yield Fault("it can be logged into with a key", "key_name")
    if instance.type == "aws_launch_template":
        return
    if not instance.block("root_block_device").get("encrypted"):
        yield Fault("its disk is not encrypted", "root_block_device")
    if instance["get_password_data"]:
        yield Fault("its password ends up in the state", "get_password_data")
    if instance.plan.tier:
        yield from _of_a_tier(instance)


def _of_a_tier(instance: Resource) -> Iterator[Fault]:
    size = str(instance["instance_type"] or "").rpartition(".")[2]
    if size not in ("nano", "micro", "small", "medium"):
        yield Fault(f"it is of the class {instance['instance_type']}", "instance_type")
    mode = instance.block("credit_specification").get("cpu_credits")
    if mode == "unlimited":
        yield Fault("its CPU credits have no limit, and a price", "credit_specification[0].cpu_credits")
    profile = instance["iam_instance_profile"]
    if (known(profile) and not profile) or (not known(profile) and not instance.refers_to("iam_instance_profile")):
        yield Fault("nobody gets into it: it has no profile for Session Manager", "iam_instance_profile")
    if instance.block("maintenance_options").get("auto_recovery") == "disabled":
        yield Fault("it is not recovered when its host fails", "maintenance_options[0].auto_recovery")
