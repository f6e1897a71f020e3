"""Leaks in which the model talks to who asked: greetings, good wishes, excuses."""

from __future__ import annotations

from publisher.collector.notes.leak import (
    ANSWER,
    SOURCE,
    Leak,
    LeakKind,
    LeakScope,
)

# To the colon that ends an announcement; a title in 《》 may hold one.
_TO_COLON = r"(?:《[^《》]{0,300}》|[^：:])*+[：:]?"
_S = LeakScope.SENTENCE
_POINTS = r"(?:关键|主要|核心|重要)?(?:要点|见解|观点|点|信息)"
_EXCUSE = r"(?:我(?!们)|.{0,20}(?:无法|没有|未|缺|限制|有限))"
_G, _R = LeakKind.GREETING, LeakKind.REFUSAL

COURTESY: tuple[Leak, ...] = (
    # What the model says to the person who asked: before its answer ...
    Leak(
        "well",
        _G,
        _S,
        rf"好的[，,。、！!～~：:]{_TO_COLON}",
        "好的",
        "好的，我会照做。",
        "好的先验很重要。",
    ),
    Leak(
        "i-will",
        _G,
        _S,
        rf"(?:接下来|下面|现在|因此)?[，,]?我(?!们)(?:也|还)?(?:会|将|来|已|按|根|尽|为|基于|开始|"
        rf"理解|只能|假设|努力|提供|的回答|在此){_TO_COLON}",
        "我(?!们)",
        "接下来我将按要求作答。",
        "我们将图像编码。",
    ),
    Leak(
        "of-course",
        _G,
        _S,
        r"(?:当然(?:可以)?|没问题|明白了?|收到|了解了?|可以的)[，,。！!](?=.{0,40}(?:您|你|我(?!们)|以下|下面)|$)"
        rf"{_TO_COLON}",
        r"当然[可，,。！!]|没问题|明白[了，,。！!]|收到[，,。！!]|了解[了，,。！!]|可以的",
        "当然，以下是总结：",
        "当然，该方法也有局限。",
    ),
    Leak(
        "below",
        _G,
        _S,
        rf"(?:以下|下面)(?:是|为|内容|将|会|我)[^。：:]{{0,120}}?(?:您|你|要求|格式|{ANSWER})"
        r"[^。：:]{0,120}[：:]",
        "以下[是为内将会我]|下面[是为内将会我]",
        "以下是对该论文的总结：",
        "以下是三个步骤：编码、对齐、解码。",
    ),
    Leak(
        "as-you-asked",
        _G,
        _S,
        rf"(?:根据|按照|基于|针对|依据|遵照)(?:了)?(?:您|你(?!好)|(?:格式)?要求[，,]我){_TO_COLON}",
        "您|你|要求[，,]我",
        "根据您的要求，整理如下：",
        "根据深度图，得到点云。",
    ),
    # ... and after it.
    Leak(
        "hope",
        _G,
        _S,
        rf"希望(?:.{{0,60}}(?:您|你)|(?:以上|上述|这(?:个|份|些|样的?|篇)?.{{0,6}}{ANSWER}).{{0,60}}|"
        r"(?:能|可以|会)?(?:符合|满足)(?:要求|需求)|(?:能|会)?(?:对.{0,6})?有(?:所)?帮助[。！!]*$).*",
        "希望",
        "希望以上回答符合要求。",
        "希望这项研究能够推动该领域。",
    ),
    Leak(
        "above-is",
        _G,
        _S,
        r"(?:以上|上述)(?:就|便|均|只|仅|都)?(?:是|为|即).*",
        "以上[就便均只仅都是为即]|上述[就便均只仅都是为即]",
        "以上就是该方法的概述。",
        "以上三步构成该框架。",
    ),
    Leak(
        "above-answer",
        _G,
        _S,
        rf"(?:以上|上述)(?:{ANSWER}|要点|见解|关键|仅供|文字)"
        r"(?![^，。]{0,8}(?:表明|说明了|证明|显示|模块|结果|步骤|方法在|框架|算法|损失|共同)).*",
        rf"以上(?:{ANSWER}|要点|见解|关键|仅供|文字)|上述(?:{ANSWER}|要点|见解|关键|仅供|文字)",
        "以上内容遵循了格式。",
        "以上分析表明该损失有效。",
    ),
    Leak(
        "these-points",
        _G,
        _S,
        r"(?:这些|上述|以上)(?:关键|主要|核心|重要)?(?:要点|见解|观点|点|信息)"
        r"(?:准确|总结|概括|涵盖|反映|全面|简洁|均|旨在|提炼)[^，。]{0,12}"
        r"(?:地|了).*",
        rf"这些{_POINTS}|上述{_POINTS}|以上{_POINTS}",
        "这些要点概括了全文。",
        "这些点概括为高斯体。",
    ),
    Leak(
        "this-answer",
        _G,
        _S,
        rf"(?:该|本|此|这个|这份|这)(?:{ANSWER})(?:部分)?(?:严格|尽量|已|都)?(?:遵循|符合|按照|"
        r"使用了?(?:中文|简洁)|基于(?:您|提供|摘要)|仅供).*",
        "遵循|符合|按照|使用了?(?:中文|简洁)|基于(?:您|提供|摘要)|仅供",
        "该摘要遵循了给定的格式。",
        "该摘要任务基于编码器。",
    ),
    Leak(
        "thanks",
        _G,
        _S,
        r"(?:再次|非常|衷心|十分)?(?:感谢|谢谢)(?:您|你|理解|提问|耐心|支持|阅读|合作|！|!|。|$).*",
        "感谢|谢谢",
        "感谢您的提问！",
        "感谢信数据集含一千封信。",
    ),
    Leak(
        "wish", _G, _S, r"(?:期待|祝愿?)(?:您|你).*", "您|你", "期待您的反馈！", "期待未来的工作。"
    ),
    Leak(
        "ask-me",
        _G,
        _S,
        r"(?:如|若|倘若)(?:果|有|需|您|你).{0,80}(?:告诉我|告知|随时|联系我|提问|请提供|请补充|"
        r"查阅|参考原|参阅原|阅读原|自行|可以?(?:标注|填写|标记|注明|留空)).*",
        "告诉我|告知|随时|联系我|提问|请提供|请补充|查阅|参考原|参阅原|阅读原|自行|"
        "可以?(?:标注|填写|标记|注明|留空)",
        "如果有其他问题，请告诉我。",
        "如果有遮挡，则丢弃该像素。",
    ),
    Leak(
        "english-greeting",
        _G,
        _S,
        r"(?i:please refer to relevant websites|feel free to ask|sure[,!]|certainly[,!]|"
        r"of course[,!]|i hope (?:this|that|the)|hope (?:this|that) helps|let me know if|"
        r"here(?: i|')s (?:the|a|my|your) (?:summary|answer|response|translation)|"
        r"i(?: wi|')ll (?:follow|summari[sz]e|answer|provide)|thank you for).*",
        r" (?i:refer to relevant|free to ask|course[,!]|hope th|th(?:is|at) helps|know if|"
        r"is (?:the|a|my|your) |will (?:follow|summari|answer|provide)|you for)|"
        r"'(?i:s (?:the|a|my|your) |ll (?:follow|summari|answer|provide))|"
        r",(?<=(?i:sure|inly).)|!(?<=(?i:sure|inly).)",
        "Please refer to relevant websites for more.",
        "Surely the loss is convex.",
    ),
    # Excuses and errors.
    Leak(
        "sorry",
        _R,
        _S,
        r"(?:很|非常|十分|真的)?(?:抱歉|对不起|遗憾的是，我(?!们)).*",
        "抱歉|对不起|遗憾的是",
        "抱歉，无法作答。",
        "对不同视角求和。",
    ),
    Leak(
        "no-source",
        _R,
        _S,
        rf"(?:但是?|不过|然而)?[，,]?(?:由于|因为|鉴于|考虑到)(?:我(?!们)|.{{0,20}}(?:无法|没有|未|缺|"
        rf"限制|有限)).{{0,60}}(?:{SOURCE}|链接|代码|信息|内容|篇幅).{{0,60}}(?:无法(?:直接)?(?:提供|给出|"
        r"获取|填写|展示|详尽|进一步)|只能|我(?!们)|推测|假设|填|上述|以上|此处|这里|省略).*",
        rf"由于{_EXCUSE}|因为{_EXCUSE}|鉴于{_EXCUSE}|考虑到{_EXCUSE}",
        "由于无法获取原文，以上仅为推测。",
        "由于文章未公开代码，无法评估工作量。",
    ),
    Leak(
        "machine",
        _R,
        _S,
        r"(?:作为|身为)(?:一个|一名)?(?:AI|人工智能|大?语言模型|大模型|智能助手).{0,10}[，,]?我(?!们).*|"
        r"(?i:as an ai\b|i(?: a|')m sorry|i apologi[sz]e|i can(?:no|')t|i am unable|"
        r"i do not have access).*",
        r"我(?!们)| (?i:an ai\b|am sorry|apologi|can(?:no|')t|am unable|do not have)|'(?i:m sorry)",
        "作为一个语言模型，我无法访问。",
        "作为大语言模型，GPT-4 用于标注。",
    ),
    Leak(
        "job-error",
        _R,
        _S,
        r"(?i:some error for\b).*",
        r" (?i:error for\b)",
        "Some Error for method(x)",
        "Some errors for large angles.",
    ),
)
