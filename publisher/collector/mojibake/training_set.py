"""What the repair of damaged digests learns from the clean ones beside them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from publisher.collector.archive.cache import content_key

if TYPE_CHECKING:
    from collections.abc import Sequence

    from publisher.collector.archive.cache import Cache
    from publisher.collector.mojibake.language_model import LanguageModel
    from publisher.collector.sources.folder_source import SourceFile


class TrainingSet:
    """The language model of the clean digests, learned once and kept in the cache."""

    def __init__(self, teachers: Sequence[SourceFile], key: bytes, cache: Cache) -> None:
        """Learn from `teachers`, whose contents have the key `key`, as soon as it is asked for."""
        self._teachers = teachers
        self._key = content_key(b"model", key)
        self._cache = cache
        self._model: LanguageModel | None = None

    def model(self) -> LanguageModel | None:
        """Return the model, None where there are no teachers."""
        from publisher.collector.mojibake.file_bytes import decode  # noqa: PLC0415
        from publisher.collector.mojibake.language_model import LanguageModel  # noqa: PLC0415

        if self._model is None and self._teachers:
            entry = self._cache.entry(self._key)
            if entry is not None:
                self._model = LanguageModel.from_bytes(entry.body)
            else:
                texts = (decode(file.location.read_bytes())[0] for file in self._teachers)
                self._model = LanguageModel.from_texts(texts)
                self._cache.put(self._key, self._model.to_bytes())
        return self._model
