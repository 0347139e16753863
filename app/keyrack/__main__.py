"""The command `keyrack`."""

from __future__ import annotations

import sys


def main() -> int:
    """Hand over to the command line."""
    from keyrack.cli import run

    return run(sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())
