"""`python -m pipeline`, and the console command `fanwen`."""

import sys


def main() -> int:
    """Run the command line; return the exit code of contract §2."""
    from pipeline.cli import run

    return run(sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())
