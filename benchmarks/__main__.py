"""`./run.sh bench [NAME...]`: this program beside its peers on the same input, in one run.

`./run.sh bench build OPTION...`: the options of one benchmark follow its name.
"""

from __future__ import annotations

import os
import sys
from importlib import import_module

# Each is a module of this folder with `run()`, which prints a table.
BENCHMARKS = (
    "collect",
    "shapes",
    "hostile",
    "repair",
    "deliver",
    "build",
    "compose",
    "web",
    "subscribe",
    "rank",
    "gather",
    "search",
)
WITH_OPTIONS = ("shapes", "hostile", "build", "deliver", "web", "subscribe", "rank", "search")


def main() -> None:
    """Run the benchmarks named on the command line, or all."""
    # As programs run where they are installed: compiled once, not at every start.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    words = sys.argv[1:]
    names, options = words, []
    if words and words[0] in WITH_OPTIONS:
        names, options = words[:1], words[1:]
    for name in names or BENCHMARKS:
        if name not in BENCHMARKS:
            sys.exit(f"no benchmark {name}; there are {', '.join(BENCHMARKS)}")
        print(f"\n## {name}")
        import_module(f"benchmarks.{name}").run(*options)


main()
