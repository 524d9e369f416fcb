"""`python -m pipeline`, and the console command `fanwen`."""

import gc
import io
import os
import sys

# New objects before the collector looks at them, 700 by default: imports make some 300,000 that stay, and
# looking at them again and again took .06 s of every command.
OBJECTS = 50_000
INTERRUPTED = 130  # exit code (contract §2)


def _require_streams() -> None:
    """Open what the process was started without (`>&-`), and let no character of a text end it.

    Else the first file that is opened would be standard output; and a terminal of another encoding than UTF-8
    has no sign for most characters.
    """
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode))  # noqa: SIM115  (as long as the process)
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")


def main() -> int:
    """Run the command line; return the exit code of contract §2."""
    gc.set_threshold(OBJECTS)
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # no matrices here: its threads would spin
    _require_streams()
    try:
        from pipeline.cli import run

        code = run(sys.argv[1:])
    except KeyboardInterrupt:  # before the command line has begun, or as it ends
        return INTERRUPTED
    gc.freeze()  # else all that is left is looked through again as the interpreter ends, .1 s
    return code


if __name__ == "__main__":
    sys.exit(main())
