"""`python -m generator.terraform [ARGS]`: run the Terraform that tierform uses; without ARGS say which one that is."""

from __future__ import annotations

import os
import sys

from generator.project import find_project
from generator.terraform.errors import TerraformError
from generator.terraform.locate import find_terraform
from generator.terraform.runner import child_environment


def main(arguments: list[str]) -> int:
    """Become Terraform, or print its version and path; return 1 with a message if no Terraform can be used."""
    try:
        binary = find_terraform(os.environ, find_project().cache)
    except TerraformError as error:
        print(error.render(), file=sys.stderr)
        return error.exit_code
    if arguments:
        os.execve(binary.path, [str(binary.path), *arguments], child_environment(os.environ))  # noqa: S606
    print(f"Terraform {binary.version} ({binary.path})")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
