"""Everything that parses what strangers write, tried with whatever can be written."""
