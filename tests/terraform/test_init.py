from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from generator.terraform import Event, Setup, Terraform, TerraformError, ensure_init, mirror
from tests.terraform.conftest import RESOURCES, Make

BACKEND = 'terraform {\n  required_version = ">= 1.11"\n\n  backend "local" {}\n}\n\n'
CALL = 'module "part" {\n  source = "./modules/part"\n\n  size = 1\n}\n'
PART = 'variable "size" {\n  type = number\n}\n\nresource "terraform_data" "this" {\n  input = var.size\n}\n'

Init = Callable[..., Setup]


@pytest.fixture
def terraform(make: Make) -> Terraform:
    made = make(BACKEND + CALL, TF_WORKSPACE="local")
    part = made.folder / "modules" / "part"
    part.mkdir(parents=True)
    (part / "main.tf").write_text(PART)
    return made


@pytest.fixture
def init(terraform: Terraform, environ: dict[str, str], tmp_path: Path) -> Init:
    """A function that initialises and checks by Terraform's own events whether it ran."""

    def run(**options: object) -> Setup:
        events: list[Event | str] = []
        settings = {**environ, **options.pop("environ", {})}  # type: ignore[dict-item]
        setup = ensure_init(terraform, settings, tmp_path / "cache", events.append, **options)  # type: ignore[arg-type]
        started = [event for event in events if isinstance(event, dict) and event["type"] == "version"]
        assert len(started) == int(setup.ran)
        return setup

    return run


RAN, SKIPPED = Setup(ran=True, code=0), Setup(ran=False, code=0)


def test_init_runs_once(init: Init, terraform: Terraform) -> None:
    assert init() == RAN
    assert init() == SKIPPED
    assert terraform.stream("apply", on_event=lambda event: None, auto_approve=True) == 0
    assert init() == SKIPPED, "running Terraform changes nothing that init depends on"
    assert init(force=True) == RAN


def test_arguments_of_resources_and_modules_do_not_matter(init: Init, terraform: Terraform) -> None:
    init()
    main = terraform.folder / "main.tf"
    main.write_text(main.read_text().replace("size = 1", "size = 2") + RESOURCES)
    assert init() == SKIPPED
    assert terraform.stream("plan", on_event=lambda event: None) == 0


@pytest.mark.parametrize(
    "change",
    [
        lambda folder: (folder / "main.tf").write_text(BACKEND + CALL + CALL.replace("part", "part2", 1)),
        lambda folder: (folder / "versions.tf").write_text("terraform {}\n"),
        lambda folder: (folder / "modules/part/versions.tf").write_text(
            'terraform {\n  required_version = ">= 1.9"\n}\n'
        ),
        lambda folder: (folder / ".terraform.lock.hcl").write_text("# changed\n"),
        lambda folder: (folder / "extra.tf.json").write_text('{"output": {"x": {"value": 1}}}'),
        lambda folder: (folder / ".terraform/modules/modules.json").unlink(),
        lambda folder: shutil.rmtree(folder / ".terraform"),
        lambda folder: (folder / ".terraform/tierform-init.json").write_text("broken"),
    ],
    ids=["module", "settings", "settings of a module", "lock", "json", "manifest gone", "data gone", "record broken"],
)
def test_what_init_depends_on_matters(init: Init, terraform: Terraform, change: Callable[[Path], object]) -> None:
    init()
    change(terraform.folder)
    assert init() == RAN
    assert init() == SKIPPED


def test_a_provider_that_only_a_resource_type_implies_matters(init: Init, terraform: Terraform) -> None:
    (terraform.folder / ".terraform.lock.hcl").write_text("# pins nothing\n")
    init()
    (terraform.folder / "mine.tf").write_text('resource "random_id" "x" {\n  byte_length = 4\n}\n')
    assert init(environ={"TIERFORM_PROVIDER_MIRROR": ""}).ran


def test_another_binary_and_other_settings_matter(init: Init, terraform: Terraform, tmp_path: Path) -> None:
    init()
    (tmp_path / "mine.tfrc").touch()
    assert init(environ={"TF_CLI_CONFIG_FILE": str(tmp_path / "mine.tfrc")}) == RAN
    assert init(backend_config={"path": "other.tfstate"}, reconfigure=True) == RAN
    assert init(backend_config={"path": "other.tfstate"}, reconfigure=True) == SKIPPED


def test_a_lost_data_folder_does_not_lose_the_state(make: Make, environ: dict[str, str], tmp_path: Path) -> None:
    """Only without a backend block: with one, Terraform takes the state at hand for one to be migrated."""
    terraform = make(TF_WORKSPACE="local")
    ensure_init(terraform, environ, tmp_path / "cache", lambda event: None)
    terraform.stream("apply", on_event=lambda event: None, auto_approve=True)
    shutil.rmtree(terraform.data, ignore_errors=True)
    (terraform.folder / "versions.tf").write_text('terraform {\n  required_version = ">= 1.11"\n}\n')
    assert ensure_init(terraform, environ, tmp_path / "cache", lambda event: None) == RAN
    assert terraform.stream("plan", on_event=lambda event: None, detailed_exitcode=True) == 0


def test_a_module_outside_the_folder_is_followed(init: Init, terraform: Terraform) -> None:
    outside = terraform.folder.parent / "outside"
    outside.mkdir()
    (outside / "main.tf").write_text(PART)
    (terraform.folder / "main.tf").write_text(BACKEND + CALL.replace("./modules/part", "../outside"))
    init()
    (outside / "main.tf").write_text(PART + 'module "again" {\n  source = "./deeper"\n}\n')
    (outside / "deeper").mkdir()
    assert init() == RAN
    (outside / "deeper" / "main.tf").write_text(BACKEND)
    assert init() == RAN


def test_a_failed_init_is_tried_again(init: Init, terraform: Terraform) -> None:
    init()
    (terraform.folder / "main.tf").write_text(BACKEND + CALL + CALL.replace("part", "gone"))
    assert init() == Setup(ran=True, code=1)
    assert init() == Setup(ran=True, code=1)
    (terraform.folder / "main.tf").write_text(BACKEND + CALL)
    assert init() == RAN


def test_the_lock_file_is_never_written(make: Make, environ: dict[str, str], tmp_path: Path) -> None:
    """The committed lock file, a root that asks for less than it pins: Terraform would rewrite it, and must not."""
    terraform = make(BACKEND)
    lock = terraform.folder / ".terraform.lock.hcl"
    shutil.copy(Path(__file__).parents[2] / "modules" / ".terraform.lock.hcl", lock)
    before = lock.read_bytes()
    ensure_init(terraform, environ, tmp_path / "cache", lambda event: None)
    assert lock.read_bytes() == before


def test_a_package_that_is_not_the_locked_one_is_refused(
    make: Make, environ: dict[str, str], tmp_path: Path, binary: object
) -> None:
    terraform = make(
        'terraform {\n  required_providers {\n    aws = {\n      source = "hashicorp/aws"\n    }\n  }\n}\n'
    )
    shutil.copy(Path(__file__).parents[2] / "modules" / ".terraform.lock.hcl", terraform.folder)
    package = tmp_path / "mirror" / "registry.terraform.io/hashicorp/aws/5.100.0" / terraform.binary.platform
    package.mkdir(parents=True)
    (package / "terraform-provider-aws_v5.100.0_x5").write_text("something else")
    events: list[Event | str] = []
    settings = {**environ, mirror.SETTING: str(tmp_path / "mirror")}
    setup = ensure_init(terraform, settings, tmp_path / "cache", events.append)
    assert setup == Setup(ran=True, code=1)
    assert "doesn't match any of the checksums" in json.dumps(events)


def test_a_mirror_setting_that_is_wrong_is_said_before_terraform_runs(
    make: Make, environ: dict[str, str], tmp_path: Path
) -> None:
    terraform = make(BACKEND)
    shutil.copy(Path(__file__).parents[2] / "modules" / ".terraform.lock.hcl", terraform.folder)
    with pytest.raises(TerraformError, match="does not hold"):
        ensure_init(terraform, {**environ, mirror.SETTING: "/nowhere"}, tmp_path / "cache", lambda event: None)
    assert not terraform.log.exists()
