"""Tests of the models behind the objectives."""
