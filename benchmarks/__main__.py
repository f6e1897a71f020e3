"""`./run.sh bench [NAME...]`: this program beside its peers on the same input, in one run."""

from __future__ import annotations

import sys
from importlib import import_module

# Each is a module of this folder with `run()`, which prints a table.
BENCHMARKS = ("collect", "repair", "deliver")


def main() -> None:
    """Run the benchmarks named on the command line, or all."""
    for name in sys.argv[1:] or BENCHMARKS:
        if name not in BENCHMARKS:
            sys.exit(f"no benchmark {name}; there are {', '.join(BENCHMARKS)}")
        print(f"\n## {name}")
        import_module(f"benchmarks.{name}").run()


main()
