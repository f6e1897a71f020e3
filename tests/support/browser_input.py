"""Use of a page as people do: by mouse or finger, or by keyboard alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

_MOST_STEPS = 120


@dataclass
class Mouse:
    """Points at what has a name."""

    page: Page

    def write(self, label: str, text: str) -> None:
        self.page.get_by_label(label).fill(text)

    def tick(self, label: str) -> None:
        self.page.get_by_label(label, exact=True).check()

    def untick(self, label: str) -> None:
        self.page.get_by_label(label, exact=True).uncheck()

    def press(self, name: str) -> None:
        self.page.get_by_role("button", name=name, exact=True).click()

    def follow(self, name: str) -> None:
        self.page.get_by_role("link", name=name, exact=True).first.click()


@dataclass
class Keyboard:
    """Goes from one to the next with the Tab key; sees where it is by the focus alone."""

    page: Page

    def write(self, label: str, text: str) -> None:
        self._go_to(self.page.get_by_label(label))
        self.page.keyboard.press("Control+A")
        self.page.keyboard.type(text)

    def tick(self, label: str) -> None:
        box = self.page.get_by_label(label, exact=True)
        if box.get_attribute("type") == "radio":
            # The arrows choose among radio buttons: Tab goes to the chosen one.
            self._go_to(self.page.locator('input[type="radio"]:checked'))
            for _ in range(_MOST_STEPS):
                if box.is_checked():
                    return
                self.page.keyboard.press("ArrowDown")
            raise AssertionError(label)
        self._go_to(box)
        if not box.is_checked():
            self.page.keyboard.press("Space")
        assert box.is_checked()

    def untick(self, label: str) -> None:
        box = self.page.get_by_label(label, exact=True)
        self._go_to(box)
        self.page.keyboard.press("Space")
        assert not box.is_checked()

    def press(self, name: str) -> None:
        self._enter(self.page.get_by_role("button", name=name, exact=True))

    def follow(self, name: str) -> None:
        self._enter(self.page.get_by_role("link", name=name, exact=True).first)

    def _enter(self, what: Locator) -> None:
        self._go_to(what)
        with self.page.expect_navigation():
            self.page.keyboard.press("Enter")

    def _go_to(self, what: Locator) -> None:
        for _ in range(_MOST_STEPS):
            if what.evaluate("element => element === document.activeElement"):
                # Who sees where the focus is?
                outline = what.evaluate("element => getComputedStyle(element).outlineStyle")
                assert outline != "none"
                return
            self.page.keyboard.press("Tab")
        raise AssertionError(f"Tab does not lead to {what}")
