"""The command line: read the question, call one function, show its answer.

Exit codes: 0 worked out, and its check passed; 1 a check refuted it, or could not decide; 2 wrong
usage or unreadable input; 3 no rule applies, or out of time.
"""

from derive.command_line.run import main

__all__ = ["main"]
