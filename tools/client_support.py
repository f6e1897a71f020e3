"""Writes publisher/preflight/client_support.json anew: what the big mail programs don't support.

    ./run.sh clients [VERSION]

The facts are those of caniemail.com (MIT licence), from the npm package `caniemail`. Of each
feature only what a check needs is kept: where it can be seen in a mail, and which of the programs
of `CLIENTS` do not support it in their newest tested version, or in part.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path
from typing import Any

TARGET = Path(__file__).parents[1] / "publisher" / "preflight" / "client_support.json"
PACKAGE = "caniemail"

CLIENTS = {
    "apple-mail/macos": "Apple Mail (macOS)",
    "apple-mail/ios": "Apple Mail (iOS)",
    "gmail/desktop-webmail": "Gmail (web)",
    "gmail/ios": "Gmail (iOS)",
    "gmail/android": "Gmail (Android)",
    "outlook/windows": "Outlook (Windows)",
    "outlook/outlook-com": "Outlook.com and new Outlook",
    "outlook/macos": "Outlook (macOS)",
    "outlook/ios": "Outlook (iOS)",
    "outlook/android": "Outlook (Android)",
    "yahoo/desktop-webmail": "Yahoo (web)",
    "yahoo/ios": "Yahoo (iOS)",
    "yahoo/android": "Yahoo (Android)",
    "samsung-email/android": "Samsung Email",
    "thunderbird/macos": "Thunderbird",
}

# No part of a mail's HTML, or nothing that one could look for.
LEFT_OUT = {"amp", "bimi", "css-comments", "css-nesting", "image-hdr", "image-mp4", "html-base"}

# Where a feature's name does not say how it is seen. The words are those of preflight/features.py.
SEEN = {
    "css-at-media-device-pixel-ratio": ["media:-webkit-device-pixel-ratio"],
    "css-at-media-hover": ["media:hover", "media:any-hover"],
    "css-block-inline-size": ["property:block-size", "property:inline-size"],
    "css-border-inline-block": ["property:border-inline", "property:border-block"],
    "css-border-inline-block-individual": [
        f"property:border-{way}-{end}" for way in ("inline", "block") for end in ("start", "end")
    ],
    "css-border-inline-block-longhand": [
        f"property:border-{way}-{what}"
        for way in ("inline", "block")
        for what in ("color", "style", "width")
    ],
    "css-border-radius-logical": [
        f"property:border-{a}-{b}-radius" for a in ("start", "end") for b in ("start", "end")
    ],
    "css-column-layout-properties": [
        f"property:column{part}" for part in ("s", "-fill", "-rule", "-span", "-width")
    ],
    "css-conic-gradient": ["function:conic-gradient"],
    "css-display-flex": ["pair:display=flex"],
    "css-display-grid": ["pair:display=grid"],
    "css-display-none": ["pair:display=none"],
    "css-flex-direction": ["property:flex-direction"],
    "css-flex-wrap": ["property:flex-wrap"],
    "css-gap": ["property:gap", "property:column-gap", "property:row-gap"],
    "css-grid-template": ["property:grid-template", "property:grid-template-columns"],
    "css-important": ["keyword:!important"],
    "css-inert-attribute": ["attribute:inert"],
    "css-intrinsic-size": [f"value:{word}-content" for word in ("fit", "min", "max")],
    "css-left-right-top-bottom": [
        f"property:{side}" for side in ("left", "right", "top", "bottom")
    ],
    "css-linear-gradient": ["function:linear-gradient"],
    "css-modern-color": [f"function:{name}" for name in ("lch", "oklch", "lab", "oklab")],
    "css-margin-block-start-end": ["property:margin-block-start", "property:margin-block-end"],
    "css-margin-inline-block": ["property:margin-inline", "property:margin-block"],
    "css-margin-inline-start-end": ["property:margin-inline-start", "property:margin-inline-end"],
    "css-padding-block-start-end": ["property:padding-block-start", "property:padding-block-end"],
    "css-padding-inline-block": ["property:padding-inline", "property:padding-block"],
    "css-padding-inline-start-end": [
        "property:padding-inline-start",
        "property:padding-inline-end",
    ],
    "css-radial-gradient": ["function:radial-gradient"],
    "css-rgb": ["function:rgb"],
    "css-rgba": ["function:rgba"],
    "css-sytem-ui": [f"value:{kind}" for kind in ("system-ui", "ui-serif", "ui-sans-serif")],
    "css-unit-calc": ["function:calc"],
    "css-unit-initial": ["value:initial"],
    "css-unit-percent": ["unit:%"],
    "css-variables": ["function:var"],
    "html-anchor-links": ["link:#"],
    "html-button-reset": ["element:button"],
    "html-button-submit": ["element:button"],
    "html-comments": ["comment"],
    "html-doctype": ["doctype"],
    "html-h1-h6": [f"element:h{level}" for level in range(1, 7)],
    "html-image-maps": ["element:map"],
    "html-lists": ["element:ul", "element:ol", "element:dl"],
    "html-mailto-links": ["link:mailto"],
    "html-meta-color-scheme": ["meta:color-scheme"],
    "html-semantics": [
        f"element:{name}"
        for name in (
            *("article", "aside", "details", "figcaption", "figure", "footer", "header"),
            *("main", "mark", "nav", "section", "summary", "time"),
        )
    ],
    "html-srcset": ["attribute:srcset", "attribute:sizes"],
    "image-base64": ["image:data"],
    "image-jpg": ["image:jpg", "image:jpeg"],
}
_PATTERNS = (
    (r"css-at-media-(.+)", "media:{}"),
    (r"css-at-(.+)", "at:{}"),
    (r"css-pseudo-(?:class|element)-(.+)", "pseudo:{}"),
    (r"css-selector-(.+)", "selector:{}"),
    (r"css-unit-(.+)", "unit:{}"),
    (r"css-function-(.+)", "function:{}"),
    (r"css-(.+)", "property:{}"),
    (r"html-input-.+", "element:input"),
    (r"image-(.+)", "image:{}"),
)


def seen_by(feature: dict[str, Any]) -> list[str]:
    """Return how a feature is recognised in a mail. Raises `ValueError` for one nobody placed."""
    slug, title = feature["slug"], feature["title"]
    if slug in SEEN:
        return SEEN[slug]
    for pattern, form in _PATTERNS:
        found = re.fullmatch(pattern, slug)
        if found:
            return [form.format(*found.groups())]
    if title.endswith(" attribute"):
        return [f"attribute:{title.removesuffix(' attribute')}"]
    element = re.search(r"<(\w+)>", title) or re.fullmatch(r"(address)", title)
    if element is None:
        raise ValueError(f"no place for {slug}: {title}")
    return [f"element:{element[1]}"]


def newest(versions: dict[str, str]) -> str:
    """Return what was found of the newest version: "y", "n", "a" (in part) or "u" (unknown)."""

    def order(version: str) -> list[int]:
        return [int(number) for number in re.findall(r"\d+", version)]

    return versions[max(versions, key=order)][0]


def table(data: dict[str, Any], version: str) -> dict[str, Any]:
    """Return what the check reads."""
    features = []
    for feature in data["data"]:
        if feature["slug"] in LEFT_OUT:
            continue
        found: dict[str, list[str]] = {"n": [], "a": []}
        for client in CLIENTS:
            family, platform = client.split("/")
            versions = feature["stats"].get(family, {}).get(platform)
            if versions and newest(versions) in found:
                found[newest(versions)].append(client)
        if found["n"] or found["a"]:
            features.append(
                {
                    "slug": feature["slug"],
                    "title": feature["title"].strip(),
                    "seen": seen_by(feature),
                    "no": found["n"],
                    "partly": found["a"],
                }
            )
    return {
        "source": f"caniemail.com, npm package {PACKAGE} {version}",
        "licence": "MIT, Copyright (c) 2019 HTeuMeuLeu",
        "date": data["last_update_date"][:10],
        "clients": CLIENTS,
        "features": features,
    }


def fetch(version: str, folder: Path) -> tuple[dict[str, Any], str]:
    """Return caniemail's data and the version of its package."""
    wanted = f"{PACKAGE}@{version}" if version else PACKAGE
    subprocess.run(["npm", "pack", "--silent", wanted], cwd=folder, check=True)
    (archive,) = folder.glob("*.tgz")
    with tarfile.open(archive) as packed:
        packed.extractall(folder, filter="data")
    package = folder / "package"
    data = json.loads((package / "data" / "caniemail.json").read_text(encoding="utf-8"))
    return data, json.loads((package / "package.json").read_text(encoding="utf-8"))["version"]


def main() -> None:
    """Write the table."""
    with tempfile.TemporaryDirectory() as folder:
        data, version = fetch(sys.argv[1] if len(sys.argv) > 1 else "", Path(folder))
    made = table(data, version)
    head = {key: value for key, value in made.items() if key != "features"}
    rows = ",\n".join(json.dumps(row, ensure_ascii=False) for row in made["features"])
    text = json.dumps(head, ensure_ascii=False, indent=1).removesuffix("\n}")
    TARGET.write_text(f'{text},\n "features": [\n{rows}\n]}}\n', encoding="utf-8")


if __name__ == "__main__":
    main()
