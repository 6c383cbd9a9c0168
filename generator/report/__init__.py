"""What tierform prints."""

from generator.report.console import Console

__all__ = ["Console"]
