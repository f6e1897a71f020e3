"""Names in lists of authors, however they are written."""

from __future__ import annotations

import time

import pytest

from publisher.author_names import author_names
from publisher.collector.text.plain_text import from_arxiv

SECONDS = 20  # far more than linear time needs

NAMES = [
    ("Ada Author, Bo Writer, and Cy Scribe", "Ada Author|Bo Writer|Cy Scribe"),
    ("Ada Author, Bo Writer and Cy Scribe", "Ada Author|Bo Writer|Cy Scribe"),
    ("Ada Author & Bo Writer", "Ada Author|Bo Writer"),
    ("Ada Author, Bo Writer, & Cy", "Ada Author|Bo Writer|Cy"),
    ("Ada; Bo; Cy", "Ada|Bo|Cy"),
    ("Ada Author; Bo Writer et al.", "Ada Author|Bo Writer"),
    ("Ada Author et al", "Ada Author"),
    ("Ada B. C. et.al.", "Ada B. C."),
    ("Ada B. C.", "Ada B. C."),
    ("Ada Author, et al.", "Ada Author"),
    ("Ada Author and others", "Ada Author"),
    ("Ada, Bo, ...", "Ada|Bo"),
    ("MiniMax: Aili Chen, Aonian Li", "MiniMax|Aili Chen|Aonian Li"),
    ("MiniMax, :, Aili Chen", "MiniMax|Aili Chen"),
    ("Kimi Team: Ada Author, Bo", "Kimi Team|Ada Author|Bo"),
    ("Kimi Team, :, Ada", "Kimi Team|Ada"),
    ("Tree Team：张三、李四", "Tree Team|张三|李四"),
    ("Author, A., Writer, B.", "A. Author|B. Writer"),
    (
        "Author, A., Writer, B. C., Tree Genetics Center",
        "A. Author|B. C. Writer|Tree Genetics Center",
    ),
    ("Author, A., & Writer, B. C.", "A. Author|B. C. Writer"),
    ("Author, A. and Writer, B.", "A. Author|B. Writer"),
    ("Author A., Writer B.", "Author A.|Writer B."),
    ("Author, Ada and Writer, Bo", "Ada Author|Bo Writer"),
    (
        "Author, Ada and Writer, Bo and van der Berg, Jan Piet",
        "Ada Author|Bo Writer|Jan Piet van der Berg",
    ),
    ("Author, Ada; Writer, Bo", "Ada Author|Bo Writer"),
    ("King, Jr., Martin", "King Jr.|Martin"),
    ("Martin King, Jr., Ada Author", "Martin King Jr.|Ada Author"),
    ("John Smith Jr., Ada III", "John Smith Jr.|Ada III"),
    ("Ada Author, III, Bo", "Ada Author III|Bo"),
    ("King, M. L., Jr., Author, A.", "M. L. King Jr.|A. Author"),
    ("Ada (MIT), Bob (CMU)", "Ada (MIT)|Bob (CMU)"),
    ("Ada (MIT, USA), Bob (CMU)", "Ada (MIT, USA)|Bob (CMU)"),
    ("Ada (1), Bob (2, 3)", "Ada|Bob"),
    ("Ada¹, Bo²", "Ada|Bo"),
    ("Ada Author¹,², Bo*", "Ada Author|Bo"),
    ("Ada*, Bo†", "Ada|Bo"),
    ("Ada Author^{1,2}, Bo^3", "Ada Author|Bo"),
    ("Ada$^{1,2}$, Bo$^*$", "Ada|Bo"),
    ("Ada Author1, Bo Writer1,2, Cy Scribe2*", "Ada Author|Bo Writer|Cy Scribe"),
    ("Ada<sup>1</sup>, Bo", "Ada|Bo"),
    ("Ada Author1,*, Bo Writer2", "Ada Author|Bo Writer"),
    ("Ada Author <ada@x.org>, Bo (bo@y.de)", "Ada Author|Bo"),
    ("[Ada Author](https://ada.org), [Bo](mailto:b@c.d)", "Ada Author|Bo"),
    ("[Ada Author](https://ada.org/x_(y)), Bo", "Ada Author|Bo"),
    (
        "Department of Physics and Astronomy Team, Ada",
        "Department of Physics and Astronomy Team|Ada",
    ),
    ("Ada Author, the ALICE Collaboration", "Ada Author|the ALICE Collaboration"),
    ("Ada and the Tree Team", "Ada|the Tree Team"),
    ("J. K. Author, A.-B. Writer", "J. K. Author|A.-B. Writer"),
    ("A. Author, B. Writer", "A. Author|B. Writer"),
    ("Müller, Zoë", "Müller|Zoë"),
    ("Ada Author, Bo", "Ada Author|Bo"),
    ("张三、李四，王五", "张三|李四|王五"),
    ("张三 和 李四 等", "张三|李四"),
    ("Fernandes, João", "Fernandes|João"),
    ("M\\o{}ller, Bo", "Møller|Bo"),
    ('J\\"{u}rgen Author, Nguy{\\~{\\^e}}n, Bo', "Jürgen Author|Nguyễn|Bo"),
    ("Xin-Yi Yu, Li-Bo Zhou", "Xin-Yi Yu|Li-Bo Zhou"),
    ("Ada O'Brien, Søren", "Ada O'Brien|Søren"),
    ("Madonna, A. Author", "Madonna|A. Author"),
    ("Smith, J, Jones, AB", "J Smith|AB Jones"),
    ("Zhang, Y., et al.", "Y. Zhang"),
    ("Author, A., Writer, B., ... & Scribe, C.", "A. Author|B. Writer|C. Scribe"),
    ("Ada Author, Bo Writer (equal contribution)", "Ada Author|Bo Writer (equal contribution)"),
    ("Andy Und, Sandy Land", "Andy Und|Sandy Land"),
    ("Ada Author (corresponding author), Bo", "Ada Author (corresponding author)|Bo"),
    ("Li, Wei and Zhang, Wei", "Wei Li|Wei Zhang"),
    ("Ada Author, Bo Writer and Cy Scribe, Di Vu", "Ada Author|Bo Writer|Cy Scribe|Di Vu"),
    ("R2D2 Team, 4D Labs", "R2D2 Team|4D Labs"),
    ("DeepSeek-AI, Ada", "DeepSeek-AI|Ada"),
    ("Ada *et al.*", "Ada"),
    ("Ada, *et al.*", "Ada"),
    ("*Ada Author*, **Bo Writer**, __Cy__", "Ada Author|Bo Writer|Cy"),
    ("Ada Author\\", "Ada Author"),
    ("Tree Team: Ada Author and Bo Writer", "Tree Team|Ada Author|Bo Writer"),
    ("Leaf Lab: Ada, Bo, and Cy", "Leaf Lab|Ada|Bo|Cy"),
    ("O'Neil, P., St. John, A.", "P. O'Neil|A. St. John"),
    ("Ada Author | Bo Writer · Cy", "Ada Author|Bo Writer|Cy"),
    ("阿达·李，王五", "阿达·李|王五"),
    ("Nguy{\\~{\\^{e}}}n, Beno\\^{\\i}t, Nguy\\^{\\~e}n", "Nguyễn|Benoît|Nguyễn"),
]


@pytest.mark.parametrize(("source", "names"), NAMES)
def test_names(source: str, names: str) -> None:
    assert author_names(source, from_arxiv) == tuple(names.split("|"))


@pytest.mark.parametrize(
    "pattern",
    ["a, ", "A., ", "a and ", "a ; b, ", "^{1", "[a](", "[a](b(", "a@a.", "1,*", "((", "et al "],
)
def test_a_megabyte_takes_little_time(pattern: str) -> None:
    begin = time.process_time()
    author_names(pattern * (1_000_000 // len(pattern)), str.strip)
    assert time.process_time() - begin < SECONDS
