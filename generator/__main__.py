"""`python -m generator`: the same as `tierform`."""

from generator.cli import main

main(prog_name="tierform")
