"""The training set for the repair of damaged digests: clean digests of the same archive."""

from __future__ import annotations

from functools import cached_property
from itertools import islice
from typing import TYPE_CHECKING

from publisher.collector.archive import cache_codec
from publisher.collector.archive.cache import CacheEntry, content_key
from publisher.collector.archive.cache_codec import FileRecord

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from publisher.collector.archive.cache import Cache
    from publisher.collector.archive.parsing import ParsedFile
    from publisher.collector.mojibake.language_model import LanguageModel
    from publisher.collector.sources.folder_source import SourceFile

# More clean digests make training slower and the repair no better.
MOST = 40


class TrainingSet:
    """The first clean digests and their language model, both computed when first needed."""

    def __init__(
        self, files: Iterable[SourceFile], records: Mapping[SourceFile, FileRecord], cache: Cache
    ) -> None:
        """Choose among `files`, in their order; `records` may be completed until first use."""
        self._files = files
        self._records = records
        self._cache = cache

    def repaired(
        self, file: SourceFile, parse: Callable[[SourceFile], tuple[bytes, ParsedFile]]
    ) -> FileRecord:
        """Return the record of the damaged `file` after its repair with this set.

        Without a cached one the file is parsed: `parse` reads it and returns the key of its content
        and its parsed content. Raises the errors of `parse`.
        """
        key = content_key(self._records[file].key, self._key)
        entry = self._cache.entry(key)
        if entry is None:
            content, parsed = parse(file)
            key = content_key(content, self._key)  # the file may have changed meanwhile
            entry = cache_codec.cache_entry(parsed)
            self._cache.put(key, entry)
        return FileRecord(key, cache_codec.file_summary(entry))

    def model(self) -> LanguageModel | None:
        """Return the language model, None without clean digests."""
        return self._model

    @cached_property
    def _chosen(self) -> list[SourceFile]:
        summaries = ((file, self._records[file].summary) for file in self._files)
        clean = (file for file, summary in summaries if summary.digests and not summary.is_damaged)
        return list(islice(clean, MOST))

    @cached_property
    def _key(self) -> bytes:
        from publisher.collector.mojibake.word_model import (  # noqa: PLC0415 - few archives have damaged files
            words_are_installed,
        )

        # Installing the extra makes lines repairable that were left as they are.
        words = b"words" if words_are_installed() else b""
        return content_key(words, *(self._records[file].key for file in self._chosen))

    @cached_property
    def _model(self) -> LanguageModel | None:
        from publisher.collector.mojibake.file_bytes import decode  # noqa: PLC0415 - see `_key`
        from publisher.collector.mojibake.language_model import (  # noqa: PLC0415 - see `_key`
            LanguageModel,
        )

        if not self._chosen:
            return None
        key = content_key(b"model", self._key)
        entry = self._cache.entry(key)
        if entry is not None:
            return LanguageModel.from_bytes(entry.body)
        texts = (decode(file.location.read_bytes())[0] for file in self._chosen)
        model = LanguageModel.from_texts(texts)
        self._cache.put(key, CacheEntry(body=model.to_bytes()))
        return model
