"""The plan of a site: which parts there are, and what each depends on."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

FINGERPRINTS = """
import sys
from publisher import collector
from publisher.formatter.labels import find_labels
from publisher.formatter.site.makers import all_parts
from publisher.formatter.site.plan import SitePlan
from publisher.formatter.site.program import program_fingerprint
from publisher.formatter.timeline import lay_out
from publisher.settings import load
settings = load(None, {}, {"source": {"folders": (sys.argv[1],)}})
collection = collector.collect(settings)
listed = lay_out(collection, settings.site.zone)
labels, _ = find_labels(listed, collection.papers, {}, b"")
print(program_fingerprint(settings))
for part in all_parts(SitePlan(collection, settings, listed, labels)):
    print(part.name, part.fingerprint, *part.paths())
"""


def test_every_process_plans_the_same(examples: Path) -> None:
    """Else every build would make everything anew; texts have another hash in each process."""
    plans = {
        subprocess.run(
            [sys.executable, "-c", FINGERPRINTS, str(examples)],
            capture_output=True,
            text=True,
            check=True,
            env={**os.environ, "PYTHONHASHSEED": seed},
        ).stdout
        for seed in ("1", "2")
    }
    assert len(plans) == 1
    assert next(iter(plans)).count("\n") > 20
