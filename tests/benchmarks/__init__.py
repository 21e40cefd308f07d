"""The benchmarks run; how fast anything is is no matter for tests."""
