"""Run the benchmarks: `python -m benchmarks [AREA…]`; without an area all of them, one after the other.

Each area is a script `bench_<area>.py` that prints its own table. Exit 1 when one of them fails to run,
2 when an area is not known. No time is ever asserted: read the ratios.
"""

import os
import platform
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent


def areas() -> dict[str, Path]:
    """Area -> its script."""
    return {path.stem.removeprefix("bench_"): path for path in sorted(HERE.glob("bench_*.py"))}


def main(wanted: list[str]) -> int:
    """Run the wanted areas; the exit code."""
    known = areas()
    unknown = [area for area in wanted if area not in known]
    if unknown:
        print(
            f"no benchmark of {', '.join(unknown)}; there are {', '.join(known) or 'none'}", file=sys.stderr
        )
        return 2
    print(f"Python {platform.python_version()}, {platform.machine()}, {os.cpu_count()} cores", flush=True)
    failed = 0
    for area in wanted or known:
        print(f"\n== {area}", flush=True)
        done = subprocess.run([sys.executable, str(known[area])], cwd=HERE.parent)
        failed += done.returncode != 0
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
