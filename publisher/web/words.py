"""What the app says, in both languages. `{...}` are for `str.format`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True, kw_only=True)
class WebWords:
    """Every word of the app that the site's pages do not have too; `lang` is its BCP 47 tag."""

    lang: str
    other_language: str  # the name of the other one, in itself
    problems: Mapping[int, tuple[str, str]]  # by status: heading and what to do; 0: any other


ENGLISH = WebWords(
    lang="en",
    other_language="中文",
    problems={
        0: ("That did not work", "Please go back and try again."),
        400: ("That did not work", "Something in the request can't be understood."),
        403: ("Not allowed", "This page is not for you, or your login has expired."),
        404: ("This page does not exist", "It may have moved, or the address has a mistake in it."),
        405: ("That did not work", "This address does something else."),
        408: ("That took too long", "The request did not arrive in time. Please try again."),
        413: ("That is too much", "The request is larger than anything a form here sends."),
        429: ("Too many requests", "Please wait a while, then try again."),
        500: (
            "Something broke",
            "The fault is ours and stands in our log. Please try again later.",
        ),
        503: ("Not now", "This does not work at the moment. Please try again in a minute."),
    },
)

CHINESE = WebWords(
    lang="zh-CN",
    other_language="English",
    problems={
        0: ("操作未成功", "请返回后重试。"),
        400: ("操作未成功", "请求中有无法识别的内容。"),
        403: ("没有权限", "您无权查看此页面，或登录已过期。"),
        404: ("页面不存在", "页面可能已经移动，或者地址有误。"),
        405: ("操作未成功", "这个地址不支持这种操作。"),
        408: ("等待超时", "请求没有及时到达，请重试。"),
        413: ("内容过大", "请求超出了表单可能的大小。"),
        429: ("请求过于频繁", "请稍候再试。"),
        500: ("出错了", "这是我们的问题，已记录在日志中，请稍后再试。"),
        503: ("暂时无法使用", "当前无法完成操作，请一分钟后再试。"),
    },
)
