"""Repair of text that went through a wrong decoding.

>>> repair("plain text", None).text
'plain text'
"""

from publisher.collector.repair.detect import looks_damaged
from publisher.collector.repair.file_bytes import decode
from publisher.collector.repair.language_model import LanguageModel
from publisher.collector.repair.undo import Repaired, repair

__all__ = ["LanguageModel", "Repaired", "decode", "looks_damaged", "repair"]
