"""Running the process: logging and exit codes."""
