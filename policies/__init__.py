"""Checkov looks for checks in packages only."""
