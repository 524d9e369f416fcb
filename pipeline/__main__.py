"""`python -m pipeline`, and the console command `fanwen`."""

import gc
import sys

# New objects before the collector looks at them, 700 by default: imports make some 300,000 that stay, and
# looking at them again and again took .06 s of every command.
OBJECTS = 50_000


def main() -> int:
    """Run the command line; return the exit code of contract §2."""
    gc.set_threshold(OBJECTS)
    from pipeline.cli import run

    return run(sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())
