"""Promises held against plans."""
