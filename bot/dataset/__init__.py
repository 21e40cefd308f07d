"""From a folder of YAML to a catalogue of shows, or to a list of every problem in it."""
