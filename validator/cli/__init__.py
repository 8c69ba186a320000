"""The command line: one module a command, one door for errors."""
