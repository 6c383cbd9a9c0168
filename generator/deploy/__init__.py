"""Bring a new version of the application to its tasks: one-off tasks first, then a blue-green deployment."""
