"""Plain values and rules: no I/O, no async, no clock, the standard library only."""
