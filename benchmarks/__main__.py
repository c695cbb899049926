"""`make bench`: every measure with its limit; exit 1 when one is over."""

import os
import platform
import sys
from collections.abc import Iterator

from benchmarks import calculators, capacity_accuracy, core, milestones, served
from benchmarks.measure import Measure


def _measures() -> Iterator[Measure]:
    yield from core.measures()
    yield from milestones.measures()
    yield from capacity_accuracy.measures()
    yield from calculators.measures()
    yield from served.measures()


def main() -> int:
    """Print the measures as they come."""
    print(f"Python {platform.python_version()}, {os.cpu_count()} cores, SQLite")
    over = 0
    for measure in _measures():
        print(measure, flush=True)
        over += not measure.good
    print("All within their limits." if not over else f"{over} over the limit.")
    return 1 if over else 0


if __name__ == "__main__":
    sys.exit(main())
