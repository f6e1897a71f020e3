from __future__ import annotations

import pytest

from publisher.formatter.pages.topic_mix import mixed_topics

# An item is its day, its topic and its number.
CASES = (
    ([], 9, []),
    (["1a1", "1a2"], 9, ["1a1", "1a2"]),
    (["1a1", "1a2", "1a3", "1b1"], 9, ["1a1", "1b1", "1a2", "1a3"]),
    (["1a1", "1b1", "1a2", "1b2", "1c1"], 9, ["1a1", "1b1", "1c1", "1a2", "1b2"]),
    # The day comes first.
    (["2a1", "2a2", "1b1", "1a1"], 9, ["2a1", "2a2", "1b1", "1a1"]),
    # All of a day take part, whatever is shown of them.
    (["2a1", "1a1", "1a2", "1a3", "1b1"], 3, ["2a1", "1a1", "1b1"]),
    (["2a1", "1a1"], 1, ["2a1"]),
    (["2a1"], 0, []),
)


@pytest.mark.parametrize(("items", "most", "mixed"), CASES)
def test_topics_take_turns_within_a_day(items: list[str], most: int, mixed: list[str]) -> None:
    def mix() -> list[str]:
        return mixed_topics(iter(items), most, day=lambda item: item[0], topic=lambda item: item[1])

    assert mix() == mixed
    assert mix() == mixed
