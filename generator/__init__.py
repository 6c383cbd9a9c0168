"""tierform: blueprints in, proven Terraform root modules out."""

__version__ = "0.1.0"
