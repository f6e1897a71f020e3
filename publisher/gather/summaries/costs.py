"""Costs of questions, in millionths of the currency of the prices: exact sums, rounded up."""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from publisher.translation import _, ngettext

if TYPE_CHECKING:
    from publisher.settings.sections.gather import Gather, GatherModel

MICRO = 1_000_000
# arXiv announces on the evenings of five days a week.
_DAYS_A_YEAR = 261
# Measured with the built-in prompt on abstracts of computer science, and rounded up.
_QUESTION_TOKENS, _FULL_TEXT_TOKENS, _ANSWER_TOKENS = 1000, 16_000, 400


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens of a question and of its answer."""

    tokens_in: int
    tokens_out: int

    @property
    def total(self) -> int:
        """Tokens in and out."""
        return self.tokens_in + self.tokens_out

    def times(self, factor: Fraction) -> Usage:
        """Return `factor` times as many tokens, rounded up."""
        return Usage(math.ceil(self.tokens_in * factor), math.ceil(self.tokens_out * factor))

    def over(self, other: Usage) -> Fraction:
        """Return by which factor `other` is to be multiplied to be as much in both."""
        return max(
            Fraction(self.tokens_in, max(other.tokens_in, 1)),
            Fraction(self.tokens_out, max(other.tokens_out, 1)),
        )


@dataclass(frozen=True, slots=True)
class CostEstimate:
    """Money, in millionths, and tokens that summaries are likely to take, and not to exceed."""

    papers_per_day: int
    tokens_per_day: int
    day_micro: int
    year_micro: int
    is_limited: bool  # by the budget, below what all papers would take


def micro(amount: float) -> int:
    """Return money in millionths, rounded down."""
    return math.floor(_exact(amount) * MICRO)


def cost_micro(usage: Usage, model: GatherModel) -> int:
    """Return the cost of `usage` in millionths, rounded up.

    The price of a million tokens is, in millionths, that of one.
    """
    price_in, price_out = _exact(model.price_in), _exact(model.price_out)
    return math.ceil(usage.tokens_in * price_in + usage.tokens_out * price_out)


def estimate(settings: Gather, papers_per_day: int | None = None) -> CostEstimate:
    """Return what a day and a year of `papers_per_day` papers cost; None: as many as topics take.

    Each paper is asked for once, which is what happens unless an answer has a fault.
    """
    model = settings.model
    if papers_per_day is None:
        papers_per_day = sum(topic.max_per_day for topic in settings.topics)
    if not model.url:
        return CostEstimate(papers_per_day, 0, 0, 0, is_limited=False)
    answer = min(_ANSWER_TOKENS * len(model.languages), model.max_tokens)
    question = _FULL_TEXT_TOKENS if model.full_text else _QUESTION_TOKENS
    usage = Usage(papers_per_day * question, papers_per_day * answer)
    cost, budget = cost_micro(usage, model), micro(model.budget_per_day)
    tokens, most = usage.total, model.tokens_per_day
    share = min(
        Fraction(budget, cost) if budget and cost > budget else Fraction(1),
        Fraction(most, tokens) if most and tokens > most else Fraction(1),
    )
    day = math.ceil(cost * share)
    return CostEstimate(
        papers_per_day, math.ceil(tokens * share), day, day * _DAYS_A_YEAR, is_limited=share < 1
    )


def describe(costs: CostEstimate) -> str:
    """Return an estimate as a line for people."""
    papers = ngettext("1 paper a day", "{count} papers a day", costs.papers_per_day).format(
        count=f"{costs.papers_per_day:,}"
    )
    if not costs.tokens_per_day:
        text = _("Summaries of up to {papers}: none, as no model is set (gather.model.url).")
    elif not costs.day_micro:
        text = _(
            "Summaries of up to {papers}: about {tokens} tokens a day, free at a price of 0"
            " (gather.model.price_in)."
        )
    elif costs.is_limited:
        text = _(
            "Summaries of up to {papers}: about {tokens} tokens a day, {day} a day, limited by the"
            " budget, {year} a year of {days} days with announcements."
        )
    else:
        text = _(
            "Summaries of up to {papers}: about {tokens} tokens a day, {day} a day, {year} a year"
            " of {days} days with announcements."
        )
    return text.format(
        papers=papers,
        tokens=f"{costs.tokens_per_day:,}",
        day=money(costs.day_micro),
        year=money(costs.year_micro),
        days=_DAYS_A_YEAR,
    )


def money(amount_micro: int) -> str:
    """Return money for people: with two decimals, or as many as a small amount needs."""
    amount = amount_micro / MICRO
    return f"{amount:,.2f}" if amount >= 1 or not amount_micro else f"{amount:.2g}"


def _exact(number: float) -> Fraction:
    """Return the decimal number that people wrote, which 0.1 in binary is not."""
    return Fraction(str(number))
