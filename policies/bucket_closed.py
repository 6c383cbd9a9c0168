"""No bucket can be opened to the public, by ACL, policy or another site's pages."""

from collections.abc import Iterator

from generator.policy import TIERS, Fault, Resource, Severity, known, policy, rejected

BLOCKS = ("block_public_acls", "block_public_policy", "ignore_public_acls", "restrict_public_buckets")
PUBLIC_ACLS = ("public-read", "public-read-write", "authenticated-read")
EVERYBODY = ("/groups/global/AllUsers", "/groups/global/AuthenticatedUsers")
UPLOADED = "media"  # suffix of the name of the bucket that pages of a tier upload to
ANY_SITE = ("*", "http://*", "https://*")


@policy(
    id="TIER_AWS_074",
    title="Buckets block public access, have no ACLs and answer the pages of named sites only",
    severity=Severity.CRITICAL,
    why="One wrong policy or ACL on a bucket that blocks nothing puts its files on the internet.",
    remedy="add an `aws_s3_bucket_public_access_block` with all switches on and `aws_s3_bucket_ownership_controls` "
    "with BucketOwnerEnforced for each bucket, and name the sites in CORS rules",
    source="https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html",
    resources=["aws_s3_bucket"],
    unknown=rejected("what a bucket blocks is a literal of the module"),
)
def closed(bucket: Resource) -> Iterator[Fault]:
    """Refuse a bucket that could be opened, or is."""
    yield from _blocked(bucket)
    yield from _owned(bucket)
    yield from _acl(bucket)
    yield from _sites(bucket)


def _beside(bucket: Resource, type_: str) -> list[Resource]:
    """Return the resources of a type that are on the bucket: by name if that is known, and by reference."""
    return [item for item in bucket.plan.of(type_) if _is_on(item, bucket)]


def _is_on(item: Resource, bucket: Resource) -> bool:
    names = {bucket[name] for name in ("bucket", "id", "arn") if known(bucket[name]) and bucket[name]}
    buckets = [found for found in item.refers_to("bucket") if found.type == "aws_s3_bucket"]
    if known(item["bucket"]) and names:
        return item["bucket"] in names and (not buckets or bucket in buckets)
    return bucket in buckets


def _blocked(bucket: Resource) -> Iterator[Fault]:
    """Ask for all four switches, on the bucket or on the whole account."""
    blocks = _beside(bucket, "aws_s3_bucket_public_access_block")
    account = bucket.plan.of("aws_s3_account_public_access_block")
    if not blocks and not account:
        yield Fault("nothing blocks public access to it")
    for switch in BLOCKS:
        if (blocks or account) and not any(block[switch] for block in (*blocks, *account)):
            yield Fault(f"{(*blocks, *account)[0].address} leaves {switch} off")


def _owned(bucket: Resource) -> Iterator[Fault]:
    """Refuse ACLs; new buckets of a plan that is not ours have none by default."""
    controls = _beside(bucket, "aws_s3_bucket_ownership_controls")
    if not controls and bucket.plan.tier in TIERS:
        yield Fault("nothing says that its owner owns all objects, whatever their ACLs say")
    for control in controls:
        for rule in control.blocks("rule") or [{}]:
            ownership = rule.get("object_ownership")
            preferred = ownership == "BucketOwnerPreferred" and bucket.plan.tier not in TIERS
            if ownership != "BucketOwnerEnforced" and not preferred:
                yield Fault(f"{control.address}: {ownership} lets ACLs decide")


def _acl(bucket: Resource) -> Iterator[Fault]:
    """Refuse an ACL that is public, written in the bucket or beside it."""
    for item in (bucket, *_beside(bucket, "aws_s3_bucket_acl")):
        acl = item["acl"]
        if known(acl) and acl in PUBLIC_ACLS:
            yield Fault(f"{item.address}: {acl} opens it", "acl" if item is bucket else "")
        policies = item["access_control_policy"]
        for block in (policies if known(policies) else None) or []:
            for grant in block.get("grant") or []:
                if any(str(who.get("uri") or "").endswith(EVERYBODY) for who in grant.get("grantee") or []):
                    yield Fault(f"{item.address} grants it to everybody")


def _sites(bucket: Resource) -> Iterator[Fault]:
    """Refuse CORS rules for the pages of any site, or of one over plain HTTP."""
    rules = [rule for item in _beside(bucket, "aws_s3_bucket_cors_configuration") for rule in item.blocks("cors_rule")]
    if "cors_rule" in bucket.expressions:
        rules += bucket.blocks("cors_rule")
    name = bucket["bucket"]
    if not rules and bucket.plan.tier in TIERS and known(name) and f"-{UPLOADED}" in str(name):
        yield Fault("no page may upload to it, ours neither")
    for rule in rules:
        for origin in rule.get("allowed_origins") or []:
            if not known(origin):
                continue
            if origin in ANY_SITE:
                yield Fault(f"a page of any site may use it: {origin}")
            elif bucket.plan.tier in TIERS and origin.startswith("http://"):
                yield Fault(f"a page that came over plain HTTP may use it: {origin}")
