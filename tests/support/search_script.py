"""The search page's script in node, beside the Python that it has to agree with."""

from __future__ import annotations

import json
import shutil
import subprocess
from typing import TYPE_CHECKING, Any

from conftest import missing

from publisher.formatter.pages.search import render_search
from publisher.formatter.search.segments import SCRIPT_PATH
from publisher.settings import Settings

if TYPE_CHECKING:
    from pathlib import Path

_DRIVER = """
const fs = require("fs"), [, , script, work] = process.argv;
const search = require(script), { calls, folder } = JSON.parse(fs.readFileSync(work, "utf8"));
globalThis.fetch = async (path) => {
  try {
    return new Response(fs.readFileSync(`${folder}/search/${path}`));
  } catch {
    return new Response("", { status: 404 });
  }
};
async function results(query) {
  const reader = new search.Reader("");
  try {
    const { hits, byPrefix = false, stem = "" } = await reader.search(query);
    const entries = await reader.entries(hits);
    return [entries.map((entry) => entry.stem), byPrefix, stem];
  } catch (error) {
    return ["error", error.constructor.name];
  }
}
(async () => {
  const answers = [];
  for (const [name, argument] of calls) {
    answers.push(await (name === "results" ? results(argument) : search[name](argument)));
  }
  console.log(JSON.stringify(answers));
})();
"""


def run_script(work: Path, calls: list[tuple[str, Any]], folder: Path | None = None) -> list[Any]:
    """Return what functions of the script return for one argument each.

    "results" searches the index in `folder`. Skips the test where there is no node.
    """
    if shutil.which("node") is None:
        missing("node")
    script, driver, job = (work / name for name in ("search.js", "driver.js", "job.json"))
    script.write_bytes(render_search((), (), (), Settings())[SCRIPT_PATH])
    driver.write_text(_DRIVER, encoding="utf-8")
    job.write_text(json.dumps({"calls": calls, "folder": str(folder)}), encoding="utf-8")
    done = subprocess.run(
        ["node", driver, script, job], capture_output=True, encoding="utf-8", check=False
    )
    assert done.returncode == 0, done.stderr
    answers: list[Any] = json.loads(done.stdout)
    return answers
