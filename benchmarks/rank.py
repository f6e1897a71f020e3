"""Ranking a day's papers by those that somebody liked: time, and papers of the right topic.

The peer is scikit-learn's TfidfVectorizer where that is installed, else the same in plain Python:
words weighted by TF-IDF, and the mean cosine with the liked papers, as most tools of the field do.
"""

from __future__ import annotations

import math
import random
import re
import time
from collections import Counter
from itertools import cycle, islice
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.material import EXAMPLES
from publisher import collector
from publisher.gather.ranking.liked import LikedText
from publisher.gather.ranking.rank import rank
from publisher.models.gathering import Candidate
from publisher.settings import load
from publisher.settings.sections.gather import GatherTopic

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from publisher.models import Paper

    Scores = Callable[[Sequence[LikedText], Sequence[LikedText]], Sequence[float]]

DAY, LIKED = 300, 200
FEW, TOP, DRAWS, LEAST = 20, 20, 5, 60
TOPIC = GatherTopic(name="benchmark")


def run(folder: str = "") -> None:
    """Measure with the papers of the digests in `folder`."""
    real = Path(__file__).parents[2] / "shared" / "corpus"
    source = folder or str(real if real.is_dir() else EXAMPLES)
    papers = collector.collect(load(None, {}, {"source": {"folders": [source]}})).papers
    name, peer = _peer()
    _time(papers, name, peer)
    topics = Counter(topic.name for paper in papers for topic in paper.topics)
    numerous = [topic for topic, number in topics.items() if number >= LEAST]
    if not numerous or len(papers) < DAY + FEW:
        print("too few papers for a measure of precision; name a folder of digests")
        return
    print(f"the first {TOP} of {DAY} papers, ranked by {FEW} liked ones, {DRAWS} draws:")
    for topic in numerous:
        _precision(papers, topic, name, peer)


def _time(papers: Sequence[Paper], name: str, peer: Scores) -> None:
    texts = [
        LikedText(f"url:{number}", paper.title, paper.abstract)
        for number, paper in enumerate(islice(cycle(papers), DAY + LIKED))
    ]
    candidates = [Candidate(text.id, text.title, abstract=text.abstract) for text in texts[:DAY]]
    start = time.process_time()
    rank(TOPIC, candidates, texts[DAY:])
    between = time.process_time()
    peer(texts[:DAY], texts[DAY:])
    ours, beside = between - start, time.process_time() - between
    print(f"{DAY} papers by {LIKED} liked ones: {ours:.2f} s of a core; {name}: {beside:.2f} s")


def _precision(papers: Sequence[Paper], topic: str, name: str, peer: Scores) -> None:
    rate, ours, beside = 0.0, 0.0, 0.0
    for draw in range(DRAWS):
        chance = random.Random(draw)  # noqa: S311 - the same draws at every run
        of_topic = {paper.id for paper in papers if topic in {each.name for each in paper.topics}}
        liked = chance.sample([paper for paper in papers if paper.id in of_topic], FEW)
        others = [paper for paper in papers if paper not in liked]
        day = [LikedText(p.id, p.title, p.abstract) for p in chance.sample(others, DAY)]
        likes = [LikedText(p.id, p.title, p.abstract) for p in liked]
        ranked = rank(TOPIC, [Candidate(p.id, p.title, abstract=p.abstract) for p in day], likes)
        scores = peer(day, likes)
        best = sorted(range(DAY), key=lambda place: -scores[place])[:TOP]
        rate += sum(paper.id in of_topic for paper in day) / DAY / DRAWS
        ours += sum(place.paper.id in of_topic for place in ranked[:TOP]) / TOP / DRAWS
        beside += sum(day[place].id in of_topic for place in best) / TOP / DRAWS
    print(f"  {topic}: {ours:.2f} of the topic; {name}: {beside:.2f}; by chance: {rate:.2f}")


def _peer() -> tuple[str, Scores]:
    try:
        from sklearn.feature_extraction.text import (  # noqa: PLC0415 - is there or not
            TfidfVectorizer,
        )
    except ImportError:
        return "plain TF-IDF", _plain_scores

    def scores(papers: Sequence[LikedText], liked: Sequence[LikedText]) -> Sequence[float]:
        vectorizer = TfidfVectorizer(stop_words="english", sublinear_tf=True)
        matrix = vectorizer.fit_transform(f"{t.title}\n{t.abstract}" for t in (*papers, *liked))
        cosines = matrix[: len(papers)] @ matrix[len(papers) :].T
        return [float(value) for value in cosines.mean(axis=1).A1]

    return "scikit-learn", scores


def _plain_scores(papers: Sequence[LikedText], liked: Sequence[LikedText]) -> Sequence[float]:
    counts = [
        Counter(re.findall(r"\w\w+", f"{text.title} {text.abstract}".lower()))
        for text in (*papers, *liked)
    ]
    frequencies = Counter(word for words in counts for word in words)
    vectors = []
    for words in counts:
        vector = {
            word: (1 + math.log(number)) * (1 + math.log(len(counts) / frequencies[word]))
            for word, number in words.items()
        }
        length = math.hypot(*vector.values())
        vectors.append({word: weight / length for word, weight in vector.items()})
    likes = vectors[len(papers) :]
    return [
        sum(weight * like.get(word, 0.0) for like in likes for word, weight in vector.items())
        for vector in vectors[: len(papers)]
    ]
