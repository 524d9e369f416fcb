"""`python -m pipeline`, and the console command `fanwen`."""

import gc
import os
import sys

# New objects before the collector looks at them, 700 by default: imports make some 300,000 that stay, and
# looking at them again and again took .06 s of every command.
OBJECTS = 50_000


def main() -> int:
    """Run the command line; return the exit code of contract §2."""
    gc.set_threshold(OBJECTS)
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # no matrices here: its threads would spin
    from pipeline.cli import run

    code = run(sys.argv[1:])
    gc.freeze()  # else all that is left is looked through again as the interpreter ends, .1 s
    return code


if __name__ == "__main__":
    sys.exit(main())
