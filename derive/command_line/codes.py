"""The exit codes of the command line: what a shell script sees of an answer."""

WORKED_OUT, NOT_CONFIRMED, WRONG_USAGE, NOT_WORKED_OUT, INTERRUPTED = 0, 1, 2, 3, 130
PASSED = ("proved", "certified", "confirmed")
