"""The report as one HTML page: opens offline, needs no script, prints, in Chinese or English."""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from .conclusions import first_page, stats
from .frame import Section
from .markup import Safe, join, name, tag
from .sections import sections
from .voice import Voice

if TYPE_CHECKING:
    from zhike.value.study import Study


@cache
def style() -> str:
    """The style sheet of every report."""
    return files(__package__).joinpath("data/page.css").read_text(encoding="utf-8")


def render(study: Study, lang: str | None = None) -> str:
    """The whole page; `lang` is zh… or en, by default the study's own."""
    voice = Voice(lang or study.lang, study.currency, study.measure)
    parts = sections(study, voice)
    body = tag(
        "body",
        tag("a", voice.say("跳到结论", "Skip to the conclusions"), href="#conclusions", class_="skip"),
        masthead(study, parts, voice),
        tag("main", first_page(study, voice), [part.html(voice) for part in parts]),
        tag("footer", tag("p", closing(study, voice))),
    )
    return f"<!doctype html>\n{tag('html', head(study, voice), body, lang='zh-Hans' if voice.chinese else 'en')}\n"


def head(study: Study, voice: Voice) -> Safe:
    """Title and style; the policy lets nothing else run or load, whatever a file may hold."""
    sheet = style()
    digest = base64.b64encode(hashlib.sha256(sheet.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    return tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", http_equiv="Content-Security-Policy", content=policy),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("meta", name="color-scheme", content="light dark"),
        tag("meta", name="referrer", content="no-referrer"),
        tag("title", f"{study.title} · {voice.say('客户价值报告', 'Customer value report')}"),
        tag("style", Safe(sheet)),
    )


def masthead(study: Study, parts: list[Section], voice: Voice) -> Safe:
    """Whose report, of which days, the figures everybody asks for first, and the way to each section."""
    links = [tag("a", part.label, href=f"#{part.key}") for part in parts]
    return tag(
        "header",
        tag(
            "div",
            tag("span", "知", class_="mark", aria_hidden="true"),
            tag("span", voice.say("知客 · 客户价值报告", "Zhike · Customer value report"), class_="brand"),
            tag(
                "span",
                f"{voice.span(study.period)}　{voice.say(f'截至 {study.as_of}', f'as of {study.as_of}')}",
                class_="quiet push",
            ),
            class_="bar",
        ),
        tag("div", tag("h1", name(study.title, 80)), stats(study, voice), class_="head"),
        tag("nav", join(links), class_="tabs", aria_label=voice.say("各部分", "Sections")),
        class_="masthead",
    )


def closing(study: Study, voice: Voice) -> str:
    """Where it was made."""
    return voice.say(
        f"由知客在本机生成，不含脚本，不连网络。{voice.count(study.lines_kept)} 行，{voice.number(study.seconds, 1)}"
        " 秒。",
        f"Made by Zhike on this computer; no script, no network. {voice.count(study.lines_kept)} lines,"
        f" {voice.number(study.seconds, 1)} s.",
    )
