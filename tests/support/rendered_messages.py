"""A message without a fault, and the papers it should hold."""

from __future__ import annotations

import quopri
from datetime import UTC, datetime

from publisher.models import Paper

TOKEN = "t" * 40
HEAD = """\
From: Papers <news@papers.example.org>
To: jane@example.org
Subject: 3 new papers: NeRF, Gaussian Splatting
Date: Mon, 09 Dec 2024 08:00:00 +0800
Message-ID: <2024-W49.a@papers.example.org>
List-Id: <digests.papers.example.org>
List-Unsubscribe: <https://papers.example.com/unsubscribe/TOKEN>,
 <mailto:a@papers.example.com>
List-Unsubscribe-Post: List-Unsubscribe=One-Click
MIME-Version: 1.0
Content-Type: multipart/alternative; boundary="=_b"
"""
TEXT = """\
1. A title of
   three
   https://arxiv.org/abs/2411.00001
2. 第二篇论文
   https://arxiv.org/abs/2411.00002

Leave: https://papers.example.com/unsubscribe/TOKEN
"""
HTML = """\
<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>x</title></head>
<body><div style="display:none">The first line that an inbox shows after the subject</div>
<h3><a href="https://arxiv.org/abs/2411.00001">A title of three</a></h3>
<h3><a href="https://arxiv.org/abs/2411.00002">第二篇论文</a></h3>
<p><a href="https://papers.example.com/unsubscribe/TOKEN">Leave</a></p>
</body></html>
"""


def paper(number: int, title: str) -> Paper:
    when = datetime(2024, 12, 2, tzinfo=UTC)
    return Paper(
        id=f"arxiv:2411.0000{number}",
        version=1,
        title=title,
        authors=(),
        abstract="",
        comment=None,
        abs_url=f"https://arxiv.org/abs/2411.0000{number}",
        pdf_url="",
        code_urls=(),
        topics=(),
        digests=(),
        first_published=when,
        updated=when,
        summary=None,
        takeaways=(),
        figures=(),
        repaired=False,
    )


PAPERS = (paper(1, "A title of three"), paper(2, "第二篇论文"), paper(3, "Only on the web"))


def message(head: str = HEAD, text: str = TEXT, html: str = HTML) -> bytes:
    def part(kind: str, content: str) -> bytes:
        encoded = quopri.encodestring(content.replace("TOKEN", TOKEN).encode())
        return (
            f"--=_b\nContent-Type: text/{kind}; charset=utf-8\n"
            "Content-Transfer-Encoding: quoted-printable\n\n"
        ).encode() + encoded

    parts = b"\n".join((part("plain", text), part("html", html), b"--=_b--\n"))
    return (head.replace("TOKEN", TOKEN).encode() + b"\n" + parts).replace(b"\n", b"\r\n")
