"""Where the provider comes from: a folder that holds it already (a mirror), or else the registry.

A mirror found by searching needs no trust: `init` compares each package with the hashes in the dependency lock file.
"""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from generator.atomic import write_atomically
from generator.terraform.errors import TerraformError
from generator.terraform.lock import Provider

SETTING = "TIERFORM_PROVIDER_MIRROR"
CONFIG_SETTINGS = ("TF_CLI_CONFIG_FILE", "TERRAFORM_CONFIG")
HOST = "registry.terraform.io"
PREFIXES = ("/opt", "/usr/local", "/usr/local/share", "/usr/local/lib", "/usr/share", "/usr/lib", "/srv", "/var/lib")

# What only the user's own CLI configuration can say; where it stands, we put nothing in its place.
_DECISIVE = re.compile(r'(?:^|[{,])\s*"?(provider_installation|credentials_helper|host)"?\s*[{":]', re.MULTILINE)
_CREDENTIALS = re.compile(r'^\s*credentials\s+"([^"]+)"\s*\{\s*token\s*=\s*"([^"]+)"', re.MULTILINE)


def installation(environ: Mapping[str, str], wanted: Sequence[Provider], platform: str, cache: Path) -> dict[str, str]:
    """Return the environment variables with which `terraform init` finds the wanted providers.

    Empty if the user's own CLI configuration decides, or no mirror holds them. Credentials of that configuration go
    along as variables, never into a file. Raises TerraformError if the mirror that the user named does not hold them.
    """
    files = user_config(environ)
    if not environ.get(SETTING) and any(_DECISIVE.search(_text(file)) for file in files):
        return {}
    mirrors = find_mirrors(environ, wanted, platform)
    if not mirrors:
        return {}
    return {**_tokens(files, environ), "TF_CLI_CONFIG_FILE": str(cli_config(mirrors, cache))}


def find_mirrors(environ: Mapping[str, str], wanted: Sequence[Provider], platform: str) -> list[Path]:
    """Return the fewest mirror folders that hold the wanted providers for `platform`, as far as there are any.

    Raises TerraformError if the setting names a folder that holds none of them.
    """
    if not wanted:
        return []
    if setting := environ.get(SETTING):
        named = Path(setting).expanduser().absolute()
        if not any(holds(named, provider, platform) for provider in wanted):
            names = ", ".join(f"{provider.source} {provider.version}" for provider in wanted)
            raise TerraformError(
                f"{SETTING} names {named}, which does not hold {names} for {platform}",
                f"fill it with `terraform providers mirror -platform={platform} {named}`, or unset {SETTING}",
            )
        return [named]
    missing, found = list(wanted), []
    for mirror in _candidates(environ):
        if not missing:
            break
        if held := [provider for provider in missing if holds(mirror, provider, platform)]:
            found.append(mirror)
            missing = [provider for provider in missing if provider not in held]
    return found


def holds(mirror: Path, provider: Provider, platform: str) -> bool:
    """Say whether `mirror` has the provider's package, unpacked or as an archive."""
    folder = mirror / provider.source
    stem = f"terraform-provider-{provider.kind}_"
    try:
        if (folder / f"{stem}{provider.version}_{platform}.zip").is_file():
            return True
        return any(path.name.startswith(stem) for path in (folder / provider.version / platform).iterdir())
    except OSError:
        return False


def cli_config(mirrors: Sequence[Path], directory: Path) -> Path:
    """Write a CLI configuration into `directory`: what the mirrors hold from them, the rest from the registry.

    Returns its absolute path.
    """
    held = {mirror: _sources(mirror) for mirror in mirrors}
    lines = ["provider_installation {"]
    for mirror, sources in held.items():
        lines += [
            "  filesystem_mirror {",
            f"    path    = {_quoted(str(mirror))}",
            f"    include = {_list(sources)}",
            "  }",
        ]
    everything = sorted({source for sources in held.values() for source in sources})
    lines += ["  direct {", f"    exclude = {_list(everything)}", "  }", "}", ""]
    path = (directory / "terraform.tfrc").absolute()
    write_atomically(path, "\n".join(lines).encode())
    return path


def user_config(environ: Mapping[str, str]) -> list[Path]:
    """Return the files of the user's own Terraform CLI configuration, in the places where Terraform looks."""
    for name in CONFIG_SETTINGS:
        if (named := environ.get(name)) and Path(named).is_file():
            return [Path(named)]
    home = _home(environ)
    return [path for path in (home / ".terraformrc", *_config_folder(home)) if path.is_file()]


def _config_folder(home: Path) -> list[Path]:
    folder = home / ".terraform.d"
    return sorted([*folder.glob("*.tfrc"), *folder.glob("*.tfrc.json")])


def _tokens(files: Iterable[Path], environ: Mapping[str, str]) -> dict[str, str]:
    """Return the `TF_TOKEN_host` variables for the credentials in `files`; those already set stay as they are."""
    found: dict[str, str] = {}
    for file in files:
        text = _text(file)
        pairs = _CREDENTIALS.findall(text)
        if file.suffix == ".json":
            try:
                hosts = json.loads(text).get("credentials", {})
                pairs = [(host, entry["token"]) for host, entry in hosts.items()]
            except (ValueError, AttributeError, KeyError, TypeError):
                pairs = []
        for host, token in pairs:
            name = "TF_TOKEN_" + host.replace("-", "__").replace(".", "_")
            if name not in environ:
                found[name] = token
    return found


def _candidates(environ: Mapping[str, str]) -> Iterator[Path]:
    seen: set[Path] = set()
    for folder in (*_implied(environ), *_searched(environ)):
        if folder not in seen:
            seen.add(folder)
            yield folder


def _implied(environ: Mapping[str, str]) -> Iterator[Path]:
    """Yield the folders that Terraform itself takes for mirrors."""
    home = _home(environ)
    yield home / ".terraform.d" / "plugins"
    for base in (environ.get("XDG_DATA_HOME") or str(home / ".local/share"), *_data_folders(environ)):
        yield Path(base) / "terraform" / "plugins"
    if sys.platform == "darwin":
        for library in (home / "Library", Path("/Library")):
            yield library / "Application Support" / "io.terraform" / "plugins"


def _searched(environ: Mapping[str, str]) -> Iterator[Path]:
    """Yield the folders one or two levels below the system's usual prefixes that look like mirrors."""
    home = _home(environ)
    homes = [home, home / ".local/share", home / ".local/lib", home / ".cache"]
    for prefix in (*map(str, homes), *PREFIXES):
        yield from _look_below(prefix, levels=2)


def _look_below(folder: str, levels: int) -> Iterator[Path]:
    try:
        with os.scandir(folder) as found:
            below = sorted(entry.path for entry in found if not entry.is_file(follow_symlinks=False))
    except OSError:
        return
    for path in below:
        if os.path.isdir(f"{path}/{HOST}"):  # noqa: PTH112 - thousands of folders: twice as fast as Path
            yield Path(path)
        elif levels > 1:
            yield from _look_below(path, levels - 1)


def _data_folders(environ: Mapping[str, str]) -> list[str]:
    listed = environ.get("XDG_DATA_DIRS") or "/usr/local/share:/usr/share"
    return [folder for folder in listed.split(os.pathsep) if folder]


def _home(environ: Mapping[str, str]) -> Path:
    return Path(environ.get("HOME") or Path.home())


def _sources(mirror: Path) -> list[str]:
    return sorted(str(folder.relative_to(mirror)) for folder in mirror.glob("*.*/*/*") if folder.is_dir())


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""


def _list(words: Iterable[str]) -> str:
    return "[" + ", ".join(_quoted(word) for word in words) + "]"


def _quoted(text: str) -> str:
    """Quote for the CLI configuration, whose language interpolates nothing."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
