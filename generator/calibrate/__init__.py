"""Measures how many requests a second a vCPU answers in a running application, and keeps the result in a data file."""
