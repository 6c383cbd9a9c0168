"""What holds data: databases, caches, buckets, secrets, keys, registries."""

from __future__ import annotations

from generator.cost.uses import HOURS, Part, Range, Setting, Unpriced, Use, hours, month, traffic, unstated
from generator.policy import Resource, known

ENGINES = {"postgres": "postgres"}
CACHES = {"redis": "redis", "valkey": "valkey"}


def database(resource: Resource, _setting: Setting) -> Part:
    """Yield the hours and the storage of a database; a replica takes engine and storage from its source."""
    source = next((it for it in resource.refers_to("replicate_source_db") if it.type == resource.type), resource)
    engine = source["engine"]
    class_ = resource["instance_class"]
    if not known(class_) or not class_:
        yield Unpriced(resource.address, resource.type, "its class is not known before the apply")
        return
    if engine not in ENGINES:
        yield Unpriced(resource.address, resource.type, f"no price of the engine {engine} is in the book")
        return
    zones = "multi" if resource["multi_az"] else "single"
    word = "Multi-AZ" if zones == "multi" else "Single-AZ"
    yield hours(resource, f"{class_}, {word}", f"rds.{ENGINES[engine]}.{zones}.{class_}")
    size = resource["allocated_storage"] if known(resource["allocated_storage"]) else None
    size = size or (source["allocated_storage"] if known(source["allocated_storage"]) else 0)
    storage = resource["storage_type"] if known(resource["storage_type"]) and resource["storage_type"] else "gp2"
    if size:
        what = f"{storage} storage, {word}"
        yield month(resource, what, f"rds.storage.{storage}.{zones}", float(size), f"{size:g} GB")


def cache(resource: Resource, _setting: Setting) -> Part:
    """Yield the hours of a cache's nodes and the storage of its snapshots."""
    engine, type_ = resource["engine"], resource["node_type"]
    if not known(type_) or not type_:
        yield Unpriced(resource.address, resource.type, "its node type is not known before the apply")
        return
    nodes = resource["num_cache_clusters"] if known(resource["num_cache_clusters"]) else None
    if not nodes:
        groups, replicas = resource["num_node_groups"] or 1, resource["replicas_per_node_group"] or 0
        nodes = groups * (1 + replicas)
    kind = CACHES.get(str(engine or "redis"), "redis")
    yield hours(resource, f"{type_}, {engine or 'redis'}", f"elasticache.{kind}.{type_}", float(nodes))


def bucket(resource: Resource, setting: Setting) -> Part:
    """Yield a bucket's share of what S3 keeps and is asked."""
    if setting.volumes is None:
        yield unstated(resource, "storage and requests")
        return
    buckets = len(resource.plan.of("aws_s3_bucket"))
    volumes = setting.volumes
    kept = volumes.traffic.storage_gb
    yield traffic(resource, "storage", "s3.storage_gb", kept / buckets, f"{kept:g} GB / {buckets} buckets")
    for what, key, amount in (
        ("objects put", "s3.put_1k", volumes.bucket_puts), ("objects read", "s3.get_1k", volumes.bucket_gets),
    ):  # fmt: skip
        yield traffic(resource, what, key, amount / 1000 / buckets, f"{amount / 1e6:.2f} M / {buckets} buckets")


def secret(resource: Resource, _setting: Setting) -> Part:
    """Yield a secret."""
    yield month(resource, "secret", "secrets.secret")


def key(resource: Resource, _setting: Setting) -> Part:
    """Yield a key; its first two rotations cost as much again, later ones nothing."""
    yield month(resource, "key", "kms.key")


def registry(resource: Resource, _setting: Setting) -> Part:
    """Yield nothing that is known: what is pushed decides."""
    yield Unpriced(resource.address, resource.type, "its size hangs on the images that are pushed")


def proxy(resource: Resource, _setting: Setting) -> Part:
    """Yield a proxy's vCPU-hours, at least two."""
    yield Use(resource.address, "proxy, 2 vCPU at least", "rds.proxy_vcpu", Range.of(2 * HOURS), f"2 vCPU x {HOURS} h")


RULES = {
    "aws_db_instance": database,
    "aws_elasticache_replication_group": cache,
    "aws_s3_bucket": bucket,
    "aws_secretsmanager_secret": secret,
    "aws_kms_key": key,
    "aws_kms_replica_key": key,
    "aws_ecr_repository": registry,
    "aws_db_proxy": proxy,
}
