"""`python -m generator.terraform`: say which Terraform is used, or what to do where there is none."""

from __future__ import annotations

import os
import sys

from generator.project import find_project
from generator.terraform.errors import TerraformError
from generator.terraform.locate import find_terraform


def main() -> int:
    """Print version and path; return 1 with a message on standard error if no Terraform can be used."""
    try:
        binary = find_terraform(os.environ, find_project().cache)
    except TerraformError as error:
        print(error.render(), file=sys.stderr)
        return error.exit_code
    print(f"Terraform {binary.version} ({binary.path})")
    return 0


if __name__ == "__main__":
    sys.exit(main())
