"""Tests of running the process."""
