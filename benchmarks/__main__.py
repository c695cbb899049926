"""`make bench`: every measure with its limit; exit 1 when one is over."""

import os
import platform
import sys

from benchmarks import core, milestones, served


def main() -> int:
    """Print the measures as they come."""
    print(f"Python {platform.python_version()}, {os.cpu_count()} cores, SQLite")
    over = 0
    for measure in (*core.measures(), *milestones.measures(), *served.measures()):
        print(measure, flush=True)
        over += not measure.good
    print("All within their limits." if not over else f"{over} over the limit.")
    return 1 if over else 0


if __name__ == "__main__":
    sys.exit(main())
