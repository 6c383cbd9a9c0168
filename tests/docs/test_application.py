"""The application contract: document, example settings and blueprints say the same, and the settings work."""

from __future__ import annotations

import ast
import hashlib
import hmac
import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
from datetime import datetime, timedelta
from pathlib import Path
from types import ModuleType
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from generator.blueprint import load_blueprint
from generator.catalog import load_catalog
from tests.conftest import PROJECT

TEXT = (PROJECT / "docs" / "application.md").read_text()
EXAMPLE = PROJECT / "docs" / "application"
BLUEPRINTS = PROJECT / "blueprints"
TIERS = ("tier1", "tier2")
ONLY_SOMETIMES = "DATABASE_REPLICA_HOST"
BY_FARGATE = "AWS_REGION"

# The table of variables: name to meaning, example, origin, "yes" or "no".
ROWS = {
    name: [cell.strip() for cell in rest.split("|")[:4]]
    for name, rest in re.findall(r"^\| `([A-Z_]+)` \|(.*)$", TEXT, re.M)
}
ALWAYS = [name for name in ROWS if name != ONLY_SOMETIMES]
# The document's own examples; a secret has none, so any letters and digits.
VALUES = {
    name: example.strip("`") if secret == "no" else hashlib.sha256(name.encode()).hexdigest()
    for name, (_, example, _, secret) in ROWS.items()
}

# A driver for PostgreSQL is no part of tierform's environment: these settings differ from the example in that alone.
WITHOUT_DRIVER = """
from campshub360.settings import *
DATABASES = {alias: {**database, "ENGINE": "django.db.backends.dummy"} for alias, database in DATABASES.items()}
"""
URLS = """
from django.http import JsonResponse
from django.urls import path
urlpatterns = [path("where/", lambda request: JsonResponse({"host": request.get_host(), "secure": request.is_secure()}))]
"""


def inputs(tier: str) -> Any:
    return load_blueprint(BLUEPRINTS / f"{tier}.yaml", BLUEPRINTS).components["web"].inputs


def contract(tier: str) -> tuple[dict[str, str], dict[str, str]]:
    """Return the environment and the secrets that the blueprint gives to the containers."""
    return inputs(tier).get("environment").plain(), inputs(tier).get("secrets").plain()


@pytest.fixture(scope="module")
def application(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a Django project that has the example's files as the document says."""
    folder = tmp_path_factory.mktemp("application")
    package = folder / "campshub360"
    package.mkdir()
    for file in EXAMPLE.glob("*.py"):
        shutil.copy(file, package)
    (package / "__init__.py").touch()
    (package / "urls.py").write_text(URLS)
    (folder / "without_driver.py").write_text(WITHOUT_DRIVER)
    return folder


def python(folder: Path, *arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
    """Run Python with the contract's environment and no other."""
    return subprocess.run(
        [sys.executable, "-W", "error", *arguments],
        cwd=folder, capture_output=True, text=True, check=False,
        env={"PATH": os.environ["PATH"], "DJANGO_SETTINGS_MODULE": "without_driver", "PYTHONPATH": str(folder),
             "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": "example", **environ},
    )  # fmt: skip


def answer(folder: Path, script: str, **environ: str) -> Any:
    """Run a script in the application and return the JSON that it prints last."""
    ran = python(folder, "-c", script, **(environ or VALUES))
    assert ran.returncode == 0, ran.stderr
    return json.loads(ran.stdout.splitlines()[-1])


@pytest.mark.parametrize("tier", TIERS)
def test_the_table_holds_exactly_what_the_blueprint_sets(tier: str) -> None:
    environment, secrets = contract(tier)
    given = {**environment, **secrets}
    assert {BY_FARGATE, *given} == set(ROWS if tier == "tier2" else ALWAYS)
    for name, value in given.items():
        _, example, origin, secret = ROWS[name]
        assert secret == ("yes" if name in secrets else "no"), name
        assert set(re.findall(r"`([^`]+)`", origin)) == set(re.findall(r"\$\{([^}]+)\}", value)), name
        assert bool(example) == (name in environment), name


def test_the_examples_have_the_form_that_the_blueprint_gives() -> None:
    for name, value in contract("tier2")[0].items():
        form = re.sub(r"\\\$\\\{[^}]+\\\}", "[a-z0-9.-]+", re.escape(value))
        assert re.fullmatch(form, VALUES[name]), name


READS = """
import json, os
import botocore.session, django.conf, redis

class Recorder(dict):
    read = set()
    def get(self, name, default=None):
        self.read.add(name)
        return super().get(name, default)
    def __getitem__(self, name):
        self.read.add(name)
        return super().__getitem__(name)

botocore.session.get_session = lambda: None  # reads variables of its own
os.environ = Recorder(os.environ)
import campshub360.settings
print(json.dumps(sorted(Recorder.read)))
"""


def test_the_settings_read_the_contract_and_nothing_else(application: Path) -> None:
    assert answer(application, READS) == sorted(ROWS)


MISSING = """
import json, os, sys
found = {}
for name in sys.argv[1:]:
    value = os.environ[name]
    for kept in (None, ""):
        del os.environ[name]
        if kept is not None:
            os.environ[name] = kept
        try:
            import campshub360.settings
            found[name] = "started"
        except Exception as error:
            found[name] = f"{type(error).__name__}: {error}"
        sys.modules.pop("campshub360.settings", None)
        os.environ[name] = value
print(json.dumps(found))
"""


def test_a_missing_or_empty_variable_stops_the_start_and_is_named(application: Path) -> None:
    ran = python(application, "-c", MISSING, *ROWS, **VALUES)
    assert ran.returncode == 0, ran.stderr
    found = json.loads(ran.stdout)
    assert found.pop(ONLY_SOMETIMES) == "started"
    assert found == {
        name: f"ImproperlyConfigured: {name} is not set; tierform's docs/application.md says what it holds"
        for name in ALWAYS
    }


@pytest.mark.parametrize("names", [ALWAYS, list(ROWS)], ids=["without replica", "with replica"])
def test_the_checks_for_a_deployment_pass(application: Path, names: list[str]) -> None:
    ran = python(
        application,
        "-m",
        "django",
        "check",
        "--deploy",
        "--fail-level",
        "DEBUG",
        **{name: VALUES[name] for name in names},
    )
    assert ran.returncode == 0, ran.stderr
    assert "no issues (1 silenced)" in ran.stdout


SETTINGS = """
import json
import campshub360.settings as s
names = ["ALLOWED_HOSTS", "CSRF_TRUSTED_ORIGINS", "SITE_URL", "SECRET_KEY", "SIMPLE_JWT", "DATABASES", "STORAGES",
         "REST_FRAMEWORK", "FIELD_ENCRYPTION_KEY", "SESSION_ENGINE", "CACHES", "SILENCED_SYSTEM_CHECKS"]
print(json.dumps({name: getattr(s, name) for name in names}, default=lambda v: v.decode() if isinstance(v, bytes) else "-"))
"""


@pytest.fixture(scope="module")
def settings(application: Path) -> dict[str, Any]:
    found: dict[str, Any] = answer(application, SETTINGS)
    return found


def test_every_value_arrives_where_it_belongs(settings: dict[str, Any]) -> None:
    assert settings["ALLOWED_HOSTS"] == ["campshub360.example.com", "www.campshub360.example.com"]
    assert settings["CSRF_TRUSTED_ORIGINS"] == [f"https://{name}" for name in settings["ALLOWED_HOSTS"]]
    assert settings["SITE_URL"] == VALUES["SITE_URL"]
    assert settings["SECRET_KEY"] == VALUES["DJANGO_SECRET_KEY"]
    assert settings["SIMPLE_JWT"] == {"ALGORITHM": "HS256", "SIGNING_KEY": VALUES["JWT_SIGNING_KEY"]}
    assert settings["REST_FRAMEWORK"]["NUM_PROXIES"] == 2
    assert settings["SESSION_ENGINE"] == "django.contrib.sessions.backends.cache"
    assert settings["SILENCED_SYSTEM_CHECKS"] == ["security.W021"]
    files = {name: storage["OPTIONS"] for name, storage in settings["STORAGES"].items()}
    assert (files["default"]["bucket_name"], files["default"]["location"]) == (VALUES["MEDIA_BUCKET"], "media")
    assert (files["staticfiles"]["bucket_name"], files["staticfiles"]["location"]) == (
        VALUES["STATIC_BUCKET"],
        "static",
    )


def test_the_databases_verify_the_server_and_outlive_a_failover(settings: dict[str, Any]) -> None:
    primary, replica = settings["DATABASES"]["default"], settings["DATABASES"]["replica"]
    assert (primary["HOST"], replica["HOST"]) == (VALUES["DATABASE_HOST"], VALUES[ONLY_SOMETIMES])
    for database in (primary, replica):
        assert (database["USER"], database["PASSWORD"]) == (VALUES["DATABASE_USER"], VALUES["DATABASE_PASSWORD"])
        assert (database["NAME"], database["PORT"]) == (VALUES["DATABASE_NAME"], VALUES["DATABASE_PORT"])
        assert database["CONN_HEALTH_CHECKS"] is True
        assert database["OPTIONS"]["sslmode"] == "verify-full"
        assert database["OPTIONS"]["sslrootcert"] in (EXAMPLE / "Dockerfile").read_text()


def test_the_field_key_is_one_that_fernet_takes(settings: dict[str, Any]) -> None:
    from cryptography.fernet import Fernet  # noqa: PLC0415

    fernet = Fernet(settings["FIELD_ENCRYPTION_KEY"])
    assert fernet.decrypt(fernet.encrypt(b"field")) == b"field"


def test_the_storages_that_are_named_are_there(settings: dict[str, Any]) -> None:
    tree = ast.parse((EXAMPLE / "storage.py").read_text())
    classes = {f"campshub360.storage.{node.name}" for node in tree.body if isinstance(node, ast.ClassDef)}
    assert {storage["BACKEND"] for storage in settings["STORAGES"].values()} <= classes


CACHES = """
import json, django
django.setup()
from django.core.cache import caches
found = {}
for alias in ("default", "sessions"):
    pool = caches[alias]._cache.get_client(write=True).connection_pool
    connection = pool.make_connection()
    user, token = pool.connection_kwargs["credential_provider"].get_credentials()
    found[alias] = {"class": type(connection).__name__, "host": connection.host, "port": connection.port,
                    "db": connection.db, "verify": int(connection.cert_reqs), "name": connection.check_hostname,
                    "password": connection.password, "user": user, "token": token}
print(json.dumps(found))
"""


def test_the_caches_speak_tls_and_sign_in_with_iam(application: Path) -> None:
    found = answer(application, CACHES)
    assert [cache["db"] for cache in found.values()] == [0, 1]
    for cache in found.values():
        assert (cache["class"], cache["verify"], cache["name"]) == ("SSLConnection", 2, True)
        assert f"rediss://{cache['host']}:{cache['port']}/0" == VALUES["REDIS_URL"]
        assert (cache["user"], cache["password"]) == (VALUES["REDIS_USER"], None)
        assert cache["token"].startswith(f"{VALUES['REDIS_CLUSTER']}/?Action=connect&User={VALUES['REDIS_USER']}&")
        assert f"%2F{VALUES['AWS_REGION']}%2Felasticache%2F" in cache["token"]


@pytest.fixture
def redis_iam(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "example")
    monkeypatch.setenv("AWS_SESSION_TOKEN", "of-the-role")
    specification = importlib.util.spec_from_file_location("redis_iam", EXAMPLE / "redis_iam.py")
    assert specification is not None
    assert specification.loader is not None
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


def signature(token: str, secret: str) -> str:
    """Return the Signature Version 4 of a token, reckoned by its definition and not by botocore."""
    host, _, query = token.partition("/?")
    signed = "&".join(sorted(part for part in query.split("&") if not part.startswith("X-Amz-Signature=")))
    request = "\n".join(["GET", "/", signed, f"host:{host}\n", "host", hashlib.sha256(b"").hexdigest()])
    fields = parse_qs(query)
    scope = fields["X-Amz-Credential"][0].partition("/")[2]
    text = "\n".join(["AWS4-HMAC-SHA256", fields["X-Amz-Date"][0], scope, hashlib.sha256(request.encode()).hexdigest()])
    key = f"AWS4{secret}".encode()
    for part in (*scope.split("/"), text):
        key = hmac.new(key, part.encode(), "sha256").digest()
    return key.hex()


def test_a_token_is_signed_for_user_cluster_and_region(redis_iam: ModuleType) -> None:
    user, token = redis_iam.IamCredentials("campshub360-app", "campshub360", "eu-west-1").get_credentials()
    parts = urlsplit(f"//{token}")
    fields = {name: value for name, [value] in parse_qs(parts.query).items()}
    assert (user, parts.netloc, parts.path) == ("campshub360-app", "campshub360", "/")
    assert (fields["Action"], fields["User"], fields["X-Amz-Expires"]) == ("connect", "campshub360-app", "900")
    access_key, _, *scope = fields["X-Amz-Credential"].split("/")
    assert (access_key, scope) == ("AKIDEXAMPLE", ["eu-west-1", "elasticache", "aws4_request"])
    assert fields["X-Amz-Security-Token"] == "of-the-role"
    assert fields["X-Amz-Signature"] == signature(token, "example")


def test_every_connection_gets_a_token_of_its_own_time(redis_iam: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter([datetime(2026, 3, 1, 12), datetime(2026, 3, 1, 12) + timedelta(hours=12)])
    monkeypatch.setattr("botocore.auth.get_current_datetime", lambda: next(clock))
    credentials = redis_iam.IamCredentials("campshub360-app", "campshub360", "us-east-1")
    tokens = [credentials.get_credentials()[1] for _ in range(2)]
    assert [parse_qs(token)["X-Amz-Date"] for token in tokens] == [["20260301T120000Z"], ["20260302T000000Z"]]
    assert all(parse_qs(token)["X-Amz-Signature"] == [signature(token, "example")] for token in tokens)


def test_without_credentials_the_error_says_so(redis_iam: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    credentials = redis_iam.IamCredentials("campshub360-app", "campshub360", "us-east-1")
    monkeypatch.setattr(credentials._session, "get_credentials", lambda: None)
    with pytest.raises(RuntimeError, match="no AWS credentials"):
        credentials.get_credentials()


REQUESTS = """
import json, django
django.setup()
from django.test import Client
client = Client()
def ask(path, **headers):
    reply = client.get(path, headers=headers)
    return [reply.status_code, reply.headers.get("Location") or reply.content.decode()]
site = {"Host": "www.campshub360.example.com"}
print(json.dumps({
    "load balancer": ask("/healthz/", Host="10.0.12.34:8443"),
    "container": ask("/healthz/", Host="127.0.0.1:8443"),
    "viewer": ask("/where/", **site, **{"X-Forwarded-Proto": "https"}),
    "plain": ask("/where/", **site, **{"X-Forwarded-Proto": "http"}),
    "stranger": ask("/where/", Host="other.example", **{"X-Forwarded-Proto": "https"})[:1],
}))
"""


def test_health_is_answered_for_any_host_and_without_database_or_cache(application: Path) -> None:
    found = answer(application, REQUESTS)
    assert found["load balancer"] == found["container"] == [200, "ok\n"]
    assert found["viewer"][0] == 200
    assert json.loads(found["viewer"][1]) == {"host": "www.campshub360.example.com", "secure": True}
    assert found["plain"] == [301, "https://www.campshub360.example.com/where/"]
    assert found["stranger"] == [400]


ROUTES = """
import json, django
django.setup()
from django.contrib.auth.models import User
from django.db import router
from campshub360.routers import replica_reads
def state():
    return [router.db_for_read(User), router.db_for_write(User)]
found = {"outside": state()}
with replica_reads():
    found["inside"] = state()
found["after"] = state()
found["decorated"] = replica_reads()(state)()
found["migrates"] = [router.allow_migrate(alias, "auth") for alias in ("default", "replica")]
print(json.dumps(found))
"""


@pytest.mark.parametrize(("names", "reads"), [(list(ROWS), "replica"), (ALWAYS, "default")], ids=["replica", "none"])
def test_only_what_asks_for_it_reads_from_the_replica(application: Path, names: list[str], reads: str) -> None:
    found = answer(application, ROUTES, **{name: VALUES[name] for name in names})
    assert found["outside"] == found["after"] == ["default", "default"]
    assert found["inside"] == found["decorated"] == [reads, "default"]
    assert found["migrates"] == [True, False]


@pytest.fixture
def defaults(catalog: Path) -> dict[str, dict[str, Any]]:
    """Return the default of each input of each module."""
    modules = load_catalog(PROJECT / "modules", catalog).modules
    return {
        name: {key: item.default for key, item in module.inputs.items() if not item.required}
        for name, module in modules.items()
    }


def test_the_container_fits_its_task_definition(defaults: dict[str, dict[str, Any]]) -> None:
    serve, dockerfile = (EXAMPLE / "serve.sh").read_text(), (EXAMPLE / "Dockerfile").read_text()
    task = defaults["ecs-fargate"]
    option = {name: int(value) for name, value in re.findall(r"--([a-z-]+) (\d+)", serve)}
    assert f"--bind 0.0.0.0:{task['port']} " in serve
    assert option["keep-alive"] > defaults["alb"]["idle_timeout"]
    assert option["graceful-timeout"] < task["stop_timeout"]
    assert f"USER {task['user']}\n" in dockerfile
    assert "RUN chmod 1777 /tmp\nVOLUME /tmp\n" in dockerfile
    assert "ENTRYPOINT" not in re.sub(r"#.*", "", dockerfile)
    assert task["architecture"] == "X86_64"
    assert "--platform linux/amd64" in dockerfile


def test_the_shell_can_read_the_script() -> None:
    subprocess.run(["sh", "-n", str(EXAMPLE / "serve.sh")], check=True)


def test_the_connections_are_reckoned_from_tier_and_gunicorn() -> None:
    option = dict(re.findall(r"--(workers|threads) (\d+)", (EXAMPLE / "serve.sh").read_text()))
    threads = int(option["workers"]) * int(option["threads"])
    for tier in TIERS:
        most = inputs(tier).get("autoscaling").plain()["max"]
        assert re.search(rf"2 x {most} (tasks )?x {threads} (threads )?= {2 * most * threads}\b", TEXT), tier


def test_the_one_off_tasks_are_those_of_the_blueprint() -> None:
    assert set(inputs("tier1").get("one_off_tasks").plain()) == {"collectstatic", "migrate"}


def test_every_file_that_the_document_links_to_is_there() -> None:
    links = [link for link in re.findall(r"\]\(([^)]+)\)", TEXT) if "://" not in link]
    assert links
    assert all((PROJECT / "docs" / link).exists() for link in links)
