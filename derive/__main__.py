"""`python -m derive`: the command line."""

import sys

from derive.command_line import main

if __name__ == "__main__":
    sys.exit(main())
