"""What of a web page is the report."""

from __future__ import annotations

import pytest
from ingest_archive import LINES, TITLE, html

from pipeline.ingest.html import page_text
from pipeline.ingest.reasons import UnreadError


def text(body: str, title: str = "") -> str:
    return page_text(f"<html><head><title>{title}</title></head><body>{body}</body></html>")


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("<p>甲</p><p>乙</p>", "甲\n乙"),
        ("甲<br>乙<br/>丙", "甲\n乙\n丙"),
        ("<div>甲<p>乙<p>丙</div>丁", "甲\n乙\n丙\n丁"),
        ("<p>第一行\n第二行 third\nline</p>", "第一行第二行 third line"),
        ("<p>甲&nbsp;&hellip;&ldquo;乙&rdquo;&#x4E59;</p>", "甲\xa0…“乙”乙"),
        ("<p>慰问金<b>4.3</b>万<span>元</span></p>", "慰问金4.3万元"),
        ("<script>x</script><style>y</style><p>甲</p><!-- z -->", "甲"),
        ("<p style='DISPLAY: none'>广告</p><p hidden>广告</p><p>甲</p>", "甲"),
        ("<div title='header'>页眉</div><p>甲</p>", "甲"),
        ("<ruby>管<rt>guǎn</rt></ruby>理", "管理"),
        ("<pre>一\n 二</pre>", "一\n二"),
        ("<table><tr><td>甲<td>1<tr><td>乙<td>2</table>", "甲\t1\n乙\t2"),
        ("<table><tr><td><p>甲</p><p>乙</p></td><td>1</td></tr></table>", "甲 乙\t1"),
        ("<ol><li>甲<li>乙<ol type=a start=3><li>丙</ol></ol><ul><li>丁</ul>", "1. 甲\n2. 乙\nc. 丙\n丁"),
        ("<a href=/>首页</a> | <a href=/a>动态</a><p>见<a href=x>附件</a>，共12户。</p>", "见附件，共12户。"),
        ("<p>发布时间：2015-01-05 浏览次数：12</p><p>甲</p>", "甲"),
        ("<form>搜<input value=1></form><nav>菜单</nav><iframe src=http://x></iframe>甲", "甲"),
    ],
)
def test_what_is_text(body: str, expected: str) -> None:
    assert text(body) == expected


def test_a_page_of_a_site() -> None:
    assert page_text(html()).replace("\xa0", "").split("\n") == LINES


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        (f"{TITLE}_工作总结_范文网", TITLE),
        (f"{TITLE} - 青石区政府网站", TITLE),
        (f"{TITLE}-青石区总工会网", TITLE),
        ("青石镇2014-2015年总结", "青石镇2014-2015年总结"),
        ("New Page 1", None),
        ("", None),
    ],
)
def test_titles(title: str, expected: str | None) -> None:
    assert text("<p>全年走访12户。</p>", title) == ("全年走访12户。" if expected is None else f"{expected}\n全年走访12户。")


def test_a_title_that_the_text_begins_with_is_not_told_twice() -> None:
    assert text(f"<h1>{TITLE}</h1><p>甲</p>", TITLE) == f"{TITLE}\n甲"


def test_long_lines_with_a_sites_word_are_prose() -> None:
    prose = "镇总工会网站的来源：各村，全年共发布信息120条，其中被市总工会采用35条，比上年增加12条，" * 2
    assert text(f"<p>{prose}</p>") == prose


@pytest.mark.parametrize("markup", ["<div>" * 1000, "<a><b><p>" * 2000, "<table><tr><td>" * 500])
def test_nesting(markup: str) -> None:
    with pytest.raises(UnreadError, match="too_deep"):
        page_text(f"<html><body>{markup}x")


def test_entities_of_its_own_are_not_expanded() -> None:
    bomb = '<!DOCTYPE html [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]><html><body><p>&b;甲</p></body></html>'
    assert "aaaa" not in page_text(bomb).replace("&a;", "")


def test_embedded_pictures_are_nothing() -> None:
    assert text('<img src="data:image/png;base64,' + "QUJD" * 100_000 + '">甲') == "甲"


def test_nothing() -> None:
    assert page_text("") == page_text("<!-- x -->") == ""
