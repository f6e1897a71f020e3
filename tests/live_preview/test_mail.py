"""The view of a mail that an address asks for, and the colours that are forced upon it."""

from __future__ import annotations

import pytest

from publisher.live_preview.mail import ColourScheme, ScreenSize, ShownPart, in_scheme, mail_view
from publisher.models import Frequency, Language, Length
from publisher.settings import Settings

MAIL = (
    '<meta name="color-scheme" content="light dark">'
    '<meta name="supported-color-schemes" content="light dark">'
    "<style>:root { color-scheme: light dark; supported-color-schemes: light dark; }"
    "@media (prefers-color-scheme: dark) { p { color: #fff } }"
    "@media screen and ( prefers-color-scheme:light ) { p { color: #000 } }</style>"
)


def test_the_colours_of_the_browser_leave_a_mail_as_it_is() -> None:
    assert in_scheme(MAIL, ColourScheme.SYSTEM) == MAIL


@pytest.mark.parametrize("scheme", [ColourScheme.LIGHT, ColourScheme.DARK])
def test_a_scheme_holds_whatever_the_browser_prefers(scheme: ColourScheme) -> None:
    html = in_scheme(MAIL, scheme)
    assert "light dark" not in html
    assert "prefers-color-scheme" not in html
    assert html.count(f'content="{scheme}"') == 2
    always, never = "(min-width: 0)", "(max-width: 0)"
    dark, light = (always, never) if scheme == "dark" else (never, always)
    assert f"@media {dark} {{ p {{ color: #fff" in html
    assert f"@media screen and {light} {{" in html


def test_wrong_parameters_count_as_missing() -> None:
    settings = Settings()
    view = mail_view({}, settings)
    wrong = dict.fromkeys(("frequency", "language", "length", "part", "screen", "scheme"), "<x>")
    assert mail_view(wrong, settings) == view
    assert view.frequency is settings.newsletter.frequencies[0]
    chosen = mail_view(
        {
            "frequency": "daily",
            "topic": "nerf, 3dgs,,nerf",
            "language": "both",
            "length": "long",
            "part": "text",
            "screen": "phone",
            "scheme": "dark",
        },
        settings,
    )
    assert chosen.frequency is Frequency.DAILY
    assert chosen.key.topics == ("3dgs", "nerf")
    assert (chosen.key.language, chosen.key.length) == (Language.BOTH, Length.LONG)
    assert (chosen.part, chosen.screen, chosen.scheme) == (
        ShownPart.TEXT,
        ScreenSize.PHONE,
        ColourScheme.DARK,
    )
