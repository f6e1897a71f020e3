"""Leaks of the prompt itself: its instructions, and the empty places of the format it asks for."""

from __future__ import annotations

from publisher.collector.notes.leak import SOURCE, Leak, LeakKind, LeakScope

_ADVICE = (
    r"(?:以上|上述|本段|此处|此部分|填|总结|回答|原文|链接|细节|摘要|信息|内容|示例|假设|格式|"
    r"中文|占位)"
)

_ITS_SOURCE = rf"(?:完整|原始|该|实际|相关)?的?(?:{SOURCE}|学术|官方)"

_S, _I = LeakScope.SENTENCE, LeakScope.INLINE
_P, _N = LeakKind.PLACEHOLDER, LeakKind.INSTRUCTION

TEMPLATE: tuple[Leak, ...] = (
    # Instructions: the prompt's own words, in its language and as models translate them.
    Leak(
        "prompt-language",
        _N,
        _S,
        r"(?:请|请?您)?(?:务必|一定要?|必须|确保|请确保|请)(?:使)?用(?:简洁|中文|英文|学术).*",
        "用(?:简洁|中文|英文|学术)",
        "务必使用中文回答（专有名词用英文）。",
        "务必保证收敛。",
    ),
    Leak(
        "prompt-style",
        _N,
        _S,
        r"(?=.{0,80}(?:不要重复前面|内容(?:的)?输出到|严格按照(?:给定的?)?格式|严格遵循.{0,8}(?:格式|要求)|专有名词.{0,8}英文|"
        r"表述尽[量可]|表示根据实际)).*",
        "不要重复前面|输出到|严格按照|严格遵循|专有名词|表述尽|表示根据实际",
        "表述尽量简洁，严格按照格式。",
        "表述学习尽量简洁。",
    ),
    Leak(
        "prompt-format",
        _N,
        _S,
        r"[.…。]*(?:请)?(?:按照|遵循)(?:以下|后面|下面|下述|如下|上述|以上|给定)的?(?:输出)?的?"
        r"(?:输出)?(?:格式|内容和格式|格式和内容).*",
        "按照|遵循",
        "按照以下的输出格式：",
        "按照以下步骤进行训练。",
    ),
    Leak(
        "prompt-method",
        _N,
        _S,
        r"(?:如果有更多.{0,10})?(?:\d\.)?\s?(?:请)?详细(?:描述|阐述|说明)(?:本文|这篇(?:文章|论文)|"
        r"该文)的方法(?:论|思).{0,30}",
        "详细(?:描述|阐述|说明)",
        "详细描述本文的方法论思想。",
        "详细描述见第三节。",
    ),
    Leak(
        "prompt-question",
        _N,
        _S,
        r"(?:.{0,20}(?:背景|方法|问题|意义|性能|目标|动机|不足|任务).{0,30}(?:是什么|有哪些|什么性能|"
        r"什么问题|吗|如何|怎样)[？?])",
        r"？|\?",
        "这篇文章的研究背景是什么？",
        "背景中有什么物体由分割网络给出。",
    ),
    Leak(
        "prompt-english",
        _N,
        _S,
        r"(?i:be sure to (?:use|strictly)|follow the format of the output|proper nouns need|"
        r"statements as concise|describe in detail the methodological|make the following summary|"
        r"summari[sz]e the strengths and weaknesses|summari[sz]e according to the following|"
        r"what is the (?:research background|research methodology|significance of this)|"
        r"what are the past methods|what are the problems with them|is the approach well|"
        r"on what task and what performance|can the performance support).*",
        r" (?i:sure to|the format of|nouns need|as concise|in detail the|the following summary|"
        r"the strengths|according to the following|is the (?:research|significance)|"
        r"are the (?:past|problems)|the approach well|what task|the performance support)",
        "Be sure to use Chinese answers.",
        "What is the best prior is open.",
    ),
    Leak(
        "fill-in",
        _N,
        _S,
        r"(?:请|请您|您)(?:您|根据|按照|提供|填|补充|结合|自行|确保|确认|告|允许|务必|遵|谅解|按|"
        r"核实|用|将|在(?:此|填|回答)|以(?:上|便|实际|原)).*",
        "请|您",
        "请提供具体的论文。",
        "请参见附录。",
    ),
    Leak(
        "see-paper",
        _N,
        _S,
        rf"(?!(?:该|本|此)?(?:论文|文章|研究|工作|方法)).{{0,40}}(?:请|建议|需|可能?需要?|可以?)(?:您|读者|进一步|直接|自行|要|仔细)*(?:查阅|查看|"
        rf"参考|参照|参阅|阅读|访问|咨询)(?:完整|原始|该|实际|相关)?(?:的)?(?:{SOURCE}|学术|官方).*",
        rf"查[阅看]{_ITS_SOURCE}|参[考照阅]{_ITS_SOURCE}|阅读{_ITS_SOURCE}|访问{_ITS_SOURCE}|"
        rf"咨询{_ITS_SOURCE}",
        "具体细节请查阅原文。",
        "请参阅我们的项目网站。",
    ),
    Leak(
        "note",
        _N,
        _S,
        rf"(?:请?注意|注|备注|说明|提示|此外请注意|同时请注意)[：:，,](?=.{{0,120}}{_ADVICE}).*",
        "注意?[：:，,]|说明[：:，,]|提示[：:，,]",
        "注：以上内容仅供参考。",
        "注意，此网格仅是代理。",
    ),
    Leak(
        "for-reference",
        _N,
        _S,
        r".{0,30}仅供(?:您)?参考.*",
        "仅供",
        "这些数值仅供参考。",
        "参考图像仅供训练。",
    ),
    Leak(
        "to-reader",
        _N,
        _S,
        r"[^您]{0,200}您(?!的用户).*",
        "您",
        "具体名称需要您填写。",
        "你只看一次的检测器。",
    ),
    # Empty places of the requested format.
    Leak(
        "form",
        _P,
        _S,
        r"[^xX]{0,300}(?<![A-Za-z0-9./_-])(?:[xX]{2,8}(?=[一-鿿])|[xX]{3,8}(?=[。，、；（(])).*",
        "x[xX]|X[xX]",
        "本研究采用了xxx方法。",
        "该文使用XXL模型。",
    ),
    Leak(
        "answer-mark",
        _P,
        _I,
        r"^\s{0,3}(?:回答|答案)[：:]",
        "回答|答案",
        "回答：",
        "视觉问答：基准",
    ),
    Leak(
        "bracketed-note",
        _P,
        _I,
        rf"[（(](?:请?注意?|备注)[：:，,]?[^（()）]{{0,200}}?{_ADVICE}[^（()）]{{0,200}}[)）]",
        r"（(?:请?注|备注)|\((?:请?注|备注)",
        "（注：此处为示例）",
        "（注意力图）",
    ),
    Leak(
        "bracketed-place",
        _P,
        _I,
        r"[（(\[【][^（()）\[\]【】]{0,100}(?:填写|填入|待补充|待填充|(?:如果|若|如)(?:不)?可用|"
        r"如(?:果)?有的话|请(?:根据|提供|补|自行|确认|您|替换|参照|按照)|此处(?:省略|应|需|按)|详细叙述|简要总结|简要描述|"
        r"需要(?:您|根据)|根据实际)[^（()）\[\]【】]{0,100}[)）\]】]",
        "填[写入充]|待补充|果可用|若可用|如可用|果不可用|若不可用|如不可用|有的话|请|此处|详细叙述|简要总结|简要描述|需要您|需要根据|根据实际",
        "（请根据实际情况填写）",
        "（请参阅补充材料）",
    ),
    Leak(
        "bracketed-label",
        _P,
        _I,
        r"\[(?:论文|代码|文章|(?i:github|paper))[^\[\]\n]{0,24}\](?:\((?:#|xxx|链接地址)?\))?(?!\()",
        r"\[(?:论文|代码|文章|(?i:github|paper))",
        "[论文链接地址]",
        "[论文](https://arxiv.org/abs/1)",
    ),
    Leak(
        "example-address",
        _P,
        _I,
        r"<?https?://(?:www\.)?(?:example\.(?:com|org|net)|xxx\.[a-z]{2,4})[^\s<>）)，。]{0,300}>?",
        r"example\.|xxx",
        "https://www.example.com/paper_link",
        "https://example-based.github.io",
    ),
    Leak(
        "github-none",
        _P,
        _I,
        r"(?i:github)[^：:，。\n]{0,16}[：:]\s{0,3}(?i:none|无(?![一-鿿])|暂无(?:代码(?:链接)?)?|n/a|null)",
        r"：\s{0,3}(?i:none|无|暂无|n/a|null)|:\s{0,3}(?i:none|无|暂无|n/a|null)",
        "Github: None",
        "Github：无缝接入",
    ),
    Leak(
        "leading-crosses",
        _P,
        _I,
        r"^\s{0,3}[xX]{3,}的?(?=[一-鿿])",
        "x[xX]|X[xX]",
        "xxx研究的意义在于提速。",
        "XL模型的意义在于提速。",
    ),
    Leak(
        "crosses",
        _P,
        _I,
        r"(?:^|(?<=[\s：:；;)）（(]))[xX]{3,}(?:[（(][^（()）]{0,60}[)）])?(?:[；;：:。，,.]|\s*$)",
        "x[xX]|X[xX]",
        "xxx；",
        "XXXL-Net；",
    ),
    Leak(
        "to-be-filled",
        _P,
        _I,
        r"[（(]?(?<![有尚仍还亟])(?:待补充|待填充|待填写|待提供|待续)(?![的了]?[一-鿿]{2})[^（()）。；;，,]{0,4}[)）]?",
        "待补充|待填|待提供|待续",
        "待补充",
        "尚待补充的实验",
    ),
    Leak(
        "dots",
        _P,
        _I,
        r"(?:^|(?<=[：:]))\s{0,3}(?:\.{3,}|…{1,}|。{2,})[；;。]?\s{0,3}$",
        r"\.\.\.|…|。。",
        ".......",
        "其中 γ1...γn",
    ),
    Leak(
        "nothing",
        _P,
        _I,
        r"^\s{0,3}(?i:none|n/a|null|暂无|无|未提供|未提及|未知|空)\s{0,3}[。；;.]?$",
        "",
        "暂无",
        "无。监督",
    ),
)
