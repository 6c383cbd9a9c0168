"""Rows: TLS everywhere, isolation of the network."""

from __future__ import annotations

import json

from tests.features.mutation import add, change, delete, drop, redirect, rewire
from tests.features.reading import Reading
from tests.features.row import Row, Tier

DISTRIBUTION = "aws_cloudfront_distribution.this"
ENDPOINT = ("edge", "aws_cloudfront_vpc_origin.this", "vpc_origin_endpoint_config", 0)
INGRESS = "aws_vpc_security_group_ingress_rule"
EGRESS = "aws_vpc_security_group_egress_rule"

tls = Row("TLS for all communications")


@tls.proves(change("edge", DISTRIBUTION, "viewer_certificate", 0, "minimum_protocol_version", to="TLSv1"))
def viewers_speak_modern_tls(reading: Reading, tier: Tier) -> None:
    [certificate] = reading.one("edge", DISTRIBUTION)["viewer_certificate"]
    assert certificate["minimum_protocol_version"] == "TLSv1.2_2021"


@tls.proves(
    change("edge", DISTRIBUTION, "default_cache_behavior", 0, "viewer_protocol_policy", to="allow-all"),
    change("edge", DISTRIBUTION, "ordered_cache_behavior", "*", "viewer_protocol_policy", to="allow-all"),
)
def viewers_never_get_plain_http(reading: Reading, tier: Tier) -> None:
    distribution = reading.one("edge", DISTRIBUTION)
    behaviours = [*distribution["default_cache_behavior"], *distribution["ordered_cache_behavior"]]
    assert {item["viewer_protocol_policy"] for item in behaviours} <= {"redirect-to-https", "https-only"}


@tls.proves(redirect("edge", "certificate_arn", "module.dns.viewer_certificate_arn"))
def viewers_see_the_domains_certificate(reading: Reading, tier: Tier) -> None:
    assert "module.dns.viewer_certificate_arn" in reading.references("edge", "certificate_arn")


@tls.proves(
    change(
        "edge", 'aws_cloudfront_response_headers_policy.this["*"]', "security_headers_config", 0,
        "strict_transport_security", to=[],
    )
)  # fmt: skip
def browsers_remember_https(reading: Reading, tier: Tier) -> None:
    policies = reading.some("edge", "aws_cloudfront_response_headers_policy")
    for policy in policies:
        transport = policy["security_headers_config"][0]["strict_transport_security"]
        assert [item["access_control_max_age_sec"] for item in transport] == [31536000]


@tls.proves(
    change(*ENDPOINT, "origin_protocol_policy", to="match-viewer"),
    change(*ENDPOINT, "origin_ssl_protocols", 0, "items", to=["TLSv1"]),
)
def from_edge_to_load_balancer(reading: Reading, tier: Tier) -> None:
    [endpoint] = reading.one("edge", "aws_cloudfront_vpc_origin.this")["vpc_origin_endpoint_config"]
    assert endpoint["origin_protocol_policy"] == "https-only"
    assert [item["items"] for item in endpoint["origin_ssl_protocols"]] == [["TLSv1.2"]]


@tls.proves(
    change("balancer", "aws_lb_listener.https", "protocol", to="HTTP"),
    change("balancer", "aws_lb_listener.https", "ssl_policy", to="ELBSecurityPolicy-2016-08"),
    change("balancer", "aws_lb_listener.test[0]", "protocol", to="HTTP"),
)
def listeners_of_the_load_balancer(reading: Reading, tier: Tier) -> None:
    listeners = reading.some("balancer", "aws_lb_listener")
    for listener in listeners:
        assert (listener["protocol"], listener["ssl_policy"]) == ("HTTPS", "ELBSecurityPolicy-TLS13-1-2-2021-06")


@tls.proves(
    *(change("balancer", f'aws_lb_target_group.this["{it}"]', "protocol", to="HTTP") for it in ("blue", "green"))
)
def from_load_balancer_to_tasks(reading: Reading, tier: Tier) -> None:
    groups = reading.some("balancer", "aws_lb_target_group")
    assert {item["protocol"] for item in groups} == {"HTTPS"}


@tls.proves(
    change("database", "aws_db_parameter_group.this", "parameter", {"name": "rds.force_ssl"}, "value", to="0"),
    delete("database", "aws_db_parameter_group.this", "parameter", {"name": "rds.force_ssl"}),
)
def from_tasks_to_database(reading: Reading, tier: Tier) -> None:
    parameters = reading.one("database", "aws_db_parameter_group.this")["parameter"]
    assert {"rds.force_ssl": "1"}.items() <= {item["name"]: item["value"] for item in parameters}.items()


@tls.proves(
    change("cache", "aws_elasticache_replication_group.this", "transit_encryption_enabled", to=False),
    change("cache", "aws_elasticache_replication_group.this", "transit_encryption_mode", to="preferred"),
)
def from_tasks_to_cache(reading: Reading, tier: Tier) -> None:
    group = reading.one("cache", "aws_elasticache_replication_group.this")
    assert (group["transit_encryption_enabled"], group["transit_encryption_mode"]) == (True, "required")


def _refuses(policy: str) -> bool:
    return any(
        item["Effect"] == "Deny" and item["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
        for item in json.loads(policy)["Statement"]
    )


def _bucket(name: str, address: str, *path: str | int) -> None:
    @tls.proves(change("storage", address, *path, to='{"Statement": []}'), name=f"the bucket {name} refuses plain HTTP")
    def refuses(reading: Reading, tier: Tier) -> None:
        assert _refuses(reading.value("storage", address, *path))


for _name in ("backups", "logs"):
    _bucket(_name, f'aws_s3_bucket_policy.this["{_name}"]', "policy")
for _name in ("media", "static"):  # the distribution's ARN is not known yet, but what the policy starts from is
    _bucket(_name, f'data.aws_iam_policy_document.cloudfront["{_name}"]', "source_policy_documents", 0)


@tls.proves(change("secrets", 'aws_secretsmanager_secret_policy.this["third-party"]', "policy", to='{"Statement": []}'))
def secrets_refuse_plain_http(reading: Reading, tier: Tier) -> None:
    policies = reading.some("secrets", "aws_secretsmanager_secret_policy")
    assert all(_refuses(item["policy"]) for item in policies)


@tls.proves(
    change("monitoring", "aws_sns_topic_policy.this", "policy", to='{"Statement": []}'),
    change("monitoring", "aws_sns_topic_policy.us_east_1", "policy", to='{"Statement": []}'),
)
def topics_refuse_plain_http(reading: Reading, tier: Tier) -> None:
    policies = reading.some("monitoring", "aws_sns_topic_policy")
    assert all(_refuses(item["policy"]) for item in policies)


@tls.proves(
    *(change("dns", f"aws_acm_certificate.{it}", "validation_method", to="EMAIL") for it in ("viewer", "origin"))
)
def certificates_renew_themselves(reading: Reading, tier: Tier) -> None:
    certificates = reading.some("dns", "aws_acm_certificate")
    assert [item["validation_method"] for item in certificates] == ["DNS", "DNS"]


isolation = Row("VPC isolation and security groups")


def _inside(component: str) -> None:
    @isolation.proves(redirect(component, "vpc_id", "module.network.vpc_id"), name=f"{component} in a VPC of its own")
    def inside(reading: Reading, tier: Tier) -> None:
        assert "module.network.vpc_id" in reading.references(component, "vpc_id")


for _name in ("balancer", "web", "database", "cache"):
    _inside(_name)


@isolation.proves(
    change("balancer", f"{INGRESS}.https", "cidr_ipv4", to="0.0.0.0/0"),
    change("web", f"{INGRESS}.load_balancer", "cidr_ipv6", to="::/0"),
)
def nothing_is_open_to_the_world(reading: Reading, tier: Tier) -> None:
    rules = reading.every(INGRESS).values()
    assert not [item for item in rules if item["cidr_ipv4"] == "0.0.0.0/0" or item["cidr_ipv6"] == "::/0"]


@isolation.proves(
    change("balancer", f"{INGRESS}.https", "prefix_list_id", to=None),
    change("balancer", f"{INGRESS}.test[0]", "cidr_ipv4", to="10.0.0.0/8"),
    drop("balancer", f"{INGRESS}.https"),
    add("balancer", f"{INGRESS}.more", like=f"{INGRESS}.https", prefix_list_id=None, cidr_ipv4="10.0.0.0/8"),
)
def load_balancer_takes_from_cloudfront_only(reading: Reading, tier: Tier) -> None:
    rules = reading.all("balancer", INGRESS)
    assert all(item["cidr_ipv4"] is None for item in rules.values())
    rules.pop(f"{INGRESS}.test[0]", None)  # a new version can be tried before viewers reach it, by tasks alone
    assert rules
    assert all(item["prefix_list_id"] for item in rules.values())


@isolation.proves(
    redirect("web", "load_balancer", "module.balancer.security_group_id"),
    add("web", f"{INGRESS}.more", like=f"{INGRESS}.load_balancer", cidr_ipv4="10.0.0.0/8"),
    change("web", f"{INGRESS}.load_balancer", "from_port", to=0),
)
def tasks_take_from_the_load_balancer_only(reading: Reading, tier: Tier) -> None:
    assert set(reading.all("web", INGRESS)) == {f"{INGRESS}.load_balancer"}
    rule = reading.one("web", f"{INGRESS}.load_balancer")
    assert (rule["from_port"], rule["to_port"], rule["cidr_ipv4"]) == (8443, 8443, None)
    assert "module.balancer.security_group_id" in reading.references("web", "load_balancer")


def _clients(component: str, port: int) -> None:
    address = f'{INGRESS}.this["web"]'

    @isolation.proves(
        redirect(component, "client_security_group_ids", "module.web.security_group_id"),
        add(component, f"{INGRESS}.more", like=address, cidr_ipv4="10.0.0.0/8"),
        change(component, address, "to_port", to=65535),
        name=f"{component} takes from tasks only",
    )
    def from_tasks_only(reading: Reading, tier: Tier) -> None:
        assert set(reading.all(component, INGRESS)) == {address}
        rule = reading.one(component, address)
        assert (rule["from_port"], rule["to_port"], rule["cidr_ipv4"]) == (port, port, None)
        groups = reading.references(component, "client_security_group_ids")
        assert groups == {"module.web.security_group_id", "module.web"}


_clients("database", 5432)
_clients("cache", 6379)


@isolation.proves(change("web", f"{EGRESS}.https", "from_port", to=0), drop("web", f'{EGRESS}.this["cache"]'))
def tasks_reach_what_they_need_and_no_more(reading: Reading, tier: Tier) -> None:
    rules = reading.some("web", EGRESS)
    ports = {(item["from_port"], item["to_port"]) for item in rules}
    assert ports == {(443, 443), (5432, 5432), (6379, 6379), (8443, 8443)}


@isolation.proves(
    rewire("network", "aws_route.public", "route_table_id", "aws_route_table.public", "aws_route_table.database")
)
def database_subnets_have_no_way_out(reading: Reading, tier: Tier) -> None:
    routes = {address.partition("[")[0] for address in reading.all("network", "aws_route")}
    for route in routes:
        assert "aws_route_table.database" not in reading.wiring("network", route, "route_table_id")


@isolation.proves(change("database", "aws_db_instance.*", "publicly_accessible", to=True))
def database_has_no_public_address(reading: Reading, tier: Tier) -> None:
    assert {item["publicly_accessible"] for item in reading.some("database", "aws_db_instance")} == {False}


@isolation.proves(
    change("web", "aws_ecs_service.blue_green[0]", "network_configuration", 0, "assign_public_ip", to=True)
)
def tasks_have_no_public_address(reading: Reading, tier: Tier) -> None:
    [network] = reading.one("web", "aws_ecs_service.blue_green[0]")["network_configuration"]
    assert network["assign_public_ip"] is False


@isolation.proves(change("balancer", "aws_lb.this", "internal", to=False))
def load_balancer_has_no_public_address(reading: Reading, tier: Tier) -> None:
    assert reading.one("balancer", "aws_lb.this")["internal"] is True


@isolation.proves(change("network", 'aws_subnet.private["0"]', "map_public_ip_on_launch", to=True))
def no_subnet_gives_public_addresses(reading: Reading, tier: Tier) -> None:
    assert {item["map_public_ip_on_launch"] for item in reading.some("network", "aws_subnet")} == {False}


@isolation.proves(
    drop("network", "aws_default_security_group.this"),
    change("network", "aws_default_security_group.this", "ingress", to=[{"from_port": 0, "to_port": 65535}]),
    change("network", "aws_default_security_group.this", "egress", to=[{"from_port": 0, "to_port": 65535}]),
)
def the_default_group_allows_nothing(reading: Reading, tier: Tier) -> None:
    given = reading.one("network", "aws_default_security_group.this")
    assert not given.get("ingress")
    assert not given.get("egress")


@isolation.proves(
    drop("network", "aws_flow_log.this"), change("network", "aws_flow_log.this", "traffic_type", to="ACCEPT")
)
def flow_logs_of_all_traffic(reading: Reading, tier: Tier) -> None:
    assert reading.one("network", "aws_flow_log.this")["traffic_type"] == "ALL"


@isolation.proves(
    drop("network", "aws_vpc_endpoint.s3"), change("network", "aws_vpc_endpoint.s3", "service_name", to="other")
)
def s3_without_the_internet(reading: Reading, tier: Tier) -> None:
    assert reading.one("network", "aws_vpc_endpoint.s3")["service_name"] == "com.amazonaws.us-east-1.s3"
