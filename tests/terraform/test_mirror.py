from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from generator.terraform import TerraformError, mirror
from generator.terraform.lock import Provider, locked_providers

AWS = Provider("registry.terraform.io/hashicorp/aws", "5.100.0")
RANDOM = Provider("registry.terraform.io/hashicorp/random", "3.7.2")
HERE = "linux_amd64"
MODULES = Path(__file__).parents[2] / "modules"


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """A machine of which nothing is searched but its home and the data folders."""
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.setattr(mirror, "PREFIXES", (str(tmp_path / "opt"), str(tmp_path / "srv")))
    monkeypatch.setattr("sys.platform", "linux")
    return {"HOME": str(home), "XDG_DATA_DIRS": str(tmp_path / "data")}


def unpacked(folder: Path, provider: Provider = AWS, platform: str = HERE) -> Path:
    package = folder / provider.source / provider.version / platform
    package.mkdir(parents=True)
    (package / f"terraform-provider-{provider.kind}_v{provider.version}_x5").touch()
    return folder


def packed(folder: Path, provider: Provider = AWS, platform: str = HERE) -> Path:
    (folder / provider.source).mkdir(parents=True)
    name = f"terraform-provider-{provider.kind}_{provider.version}_{platform}.zip"
    (folder / provider.source / name).touch()
    return folder


def found(environ: dict[str, str], *wanted: Provider) -> list[Path]:
    return mirror.find_mirrors(environ, wanted or (AWS,), HERE)


@pytest.mark.parametrize("fill", [unpacked, packed])
@pytest.mark.parametrize(
    "place",
    [
        "home/.terraform.d/plugins",
        "home/.local/share/terraform/plugins",
        "data/terraform/plugins",
        "opt/anything",
        "opt/one/level-more",
        "srv/terraform-mirror",
        "home/.local/share/mirror",
    ],
)
def test_a_mirror_is_found_in_the_usual_places(
    machine: dict[str, str], tmp_path: Path, place: str, fill: Callable[[Path], Path]
) -> None:
    assert found(machine) == []
    fill(tmp_path / place)
    assert found(machine) == [tmp_path / place]


def test_a_mac_has_places_of_its_own(machine: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place = "home/Library/Application Support/io.terraform/plugins"
    unpacked(tmp_path / place)
    assert found(machine) == []
    monkeypatch.setattr("sys.platform", "darwin")
    assert found(machine) == [tmp_path / place]


def test_what_does_not_hold_the_provider_is_no_mirror(machine: dict[str, str], tmp_path: Path) -> None:
    unpacked(tmp_path / "opt/other-version", Provider(AWS.source, "5.99.0"))
    unpacked(tmp_path / "opt/other-platform", platform="darwin_arm64")
    packed(tmp_path / "opt/other-platform-packed", platform="darwin_arm64")
    unpacked(tmp_path / "opt/other-provider", RANDOM)
    unpacked(tmp_path / "opt/a/b/too-deep")
    (tmp_path / "opt/empty" / AWS.source / AWS.version / HERE).mkdir(parents=True)
    assert found(machine) == []


def test_folders_that_cannot_be_read_are_passed_over(machine: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "opt").mkdir()
    (tmp_path / "opt" / "loop").symlink_to(tmp_path / "opt" / "loop")
    (tmp_path / "opt" / "file").touch()
    (tmp_path / "srv").touch()
    assert found(machine) == []
    unpacked(tmp_path / "opt" / "mirror")
    assert found(machine) == [tmp_path / "opt" / "mirror"]


def test_no_more_mirrors_are_taken_than_are_needed(machine: dict[str, str], tmp_path: Path) -> None:
    first = unpacked(tmp_path / "opt/a")
    unpacked(tmp_path / "opt/b")
    third = unpacked(tmp_path / "opt/c", RANDOM)
    assert found(machine) == [first]
    assert found(machine, AWS, RANDOM) == [first, third]
    unpacked(tmp_path / "home/.terraform.d/plugins", RANDOM)
    assert found(machine, RANDOM) == [tmp_path / "home/.terraform.d/plugins"], "Terraform's own places come first"


def test_the_setting_decides(machine: dict[str, str], tmp_path: Path) -> None:
    unpacked(tmp_path / "opt/a")
    mine = unpacked(tmp_path / "home/mine")
    assert found({**machine, "TIERFORM_PROVIDER_MIRROR": str(mine)}) == [mine]


def test_a_setting_without_the_provider_is_refused(machine: dict[str, str], tmp_path: Path) -> None:
    with pytest.raises(TerraformError, match=r"which does not hold .*hashicorp/aws 5.100.0 for linux_amd64") as refused:
        found({**machine, "TIERFORM_PROVIDER_MIRROR": str(tmp_path / "gone")})
    assert "terraform providers mirror -platform=linux_amd64" in refused.value.remedy


def test_the_configuration_takes_from_the_mirror_what_it_holds_and_the_rest_from_the_registry(tmp_path: Path) -> None:
    place = unpacked(packed(tmp_path / 'a "quoted" \\ place'), RANDOM)
    path = mirror.cli_config([place], tmp_path)
    assert path.read_text() == (
        "provider_installation {\n"
        "  filesystem_mirror {\n"
        f'    path    = "{tmp_path}/a \\"quoted\\" \\\\ place"\n'
        f'    include = ["{AWS.source}", "{RANDOM.source}"]\n'
        "  }\n"
        "  direct {\n"
        f'    exclude = ["{AWS.source}", "{RANDOM.source}"]\n'
        "  }\n"
        "}\n"
    )


def installation(environ: dict[str, str], tmp_path: Path) -> dict[str, str]:
    return mirror.installation(environ, [AWS], HERE, tmp_path / "cache")


def test_without_a_mirror_or_without_a_provider_nothing_is_set(machine: dict[str, str], tmp_path: Path) -> None:
    assert installation(machine, tmp_path) == {}
    setting = {**machine, "TIERFORM_PROVIDER_MIRROR": "/nowhere"}
    assert mirror.installation(setting, [], HERE, tmp_path / "cache") == {}


@pytest.mark.parametrize(
    "text",
    [
        "provider_installation {\n  direct {}\n}\n",
        'plugin_cache_dir = "/x"\n  credentials_helper "vault" {}\n',
        'host "tf.example.com" {\n}\n',
        '{"host":{"tf.example.com":{}}}',
        '{"provider_installation": {}}',
    ],
)
def test_the_users_own_configuration_stays_where_only_it_can_say_what_is_wanted(
    machine: dict[str, str], tmp_path: Path, text: str
) -> None:
    unpacked(tmp_path / "opt/a")
    (tmp_path / "home/.terraformrc").write_text(text)
    assert installation(machine, tmp_path) == {}
    mine = {**machine, "TIERFORM_PROVIDER_MIRROR": str(tmp_path / "opt/a")}
    assert installation(mine, tmp_path) == {"TF_CLI_CONFIG_FILE": str(tmp_path / "cache/terraform.tfrc")}


def test_credentials_go_along_as_variables_and_into_no_file(machine: dict[str, str], tmp_path: Path) -> None:
    unpacked(tmp_path / "opt/a")
    (tmp_path / "home/.terraformrc").write_text('credentials "tf.my-company.com" {\n  token = "secret-one"\n}\n')
    (tmp_path / "home/.terraform.d").mkdir()
    hosts = {"app.terraform.io": {"token": "secret-two"}, "set.example.com": {"token": "secret-three"}}
    (tmp_path / "home/.terraform.d/credentials.tfrc.json").write_text(json.dumps({"credentials": hosts}))
    (tmp_path / "home/.terraform.d/broken.tfrc.json").write_text("{")
    variables = installation({**machine, "TF_TOKEN_set_example_com": "mine"}, tmp_path)
    assert variables == {
        "TF_CLI_CONFIG_FILE": str(tmp_path / "cache/terraform.tfrc"),
        "TF_TOKEN_tf_my__company_com": "secret-one",
        "TF_TOKEN_app_terraform_io": "secret-two",
    }
    assert "secret" not in "".join(path.read_text() for path in (tmp_path / "cache").iterdir())


def test_the_users_configuration_is_looked_for_where_terraform_looks(machine: dict[str, str], tmp_path: Path) -> None:
    for name in (".terraformrc", ".terraform.d/a.tfrc", "named.tfrc"):
        (tmp_path / "home" / name).parent.mkdir(exist_ok=True)
        (tmp_path / "home" / name).touch()
    usual = [tmp_path / "home/.terraformrc", tmp_path / "home/.terraform.d/a.tfrc"]
    named = tmp_path / "home/named.tfrc"
    assert mirror.user_config(machine) == usual
    assert mirror.user_config({**machine, "TF_CLI_CONFIG_FILE": str(named)}) == [named]
    assert mirror.user_config({**machine, "TF_CLI_CONFIG_FILE": "/gone"}) == usual


def test_the_lock_file_pins_the_provider_for_every_platform() -> None:
    assert locked_providers(MODULES) == [AWS]
    text = (MODULES / ".terraform.lock.hcl").read_text()
    assert (text.count('"h1:'), text.count('"zh:')) == (3, 15)


def test_a_folder_without_a_lock_file_pins_nothing(tmp_path: Path) -> None:
    assert locked_providers(tmp_path) == []
