"""The review page as a person meets it: opened from the disk in headless Chromium, with the network off."""

from __future__ import annotations

import csv
import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pyarrow.parquet as pq
import pytest
from browsing import Page, chromium

from pipeline import rulebook
from pipeline.run import run

pytestmark = [
    pytest.mark.debian,
    pytest.mark.xdist_group("browser"),
    pytest.mark.skipif(not (shutil.which("chromium") and shutil.which("chromedriver")), reason="wants chromium and chromium-driver"),
]

FIRST = (
    "安海镇民政办2013年工作总结\n"
    "一、帮扶工作\n在吉𠮷村慰问困难职工75名,发放慰问金8000余元;𠮷𠮷两户另有补助300元。春节前又慰问困难职工20名。\n"
    "二、组织建设\n全镇现有工会53个,会员4216人,其中女会员1735人。入会率达95%。\n三、明年打算\n力争新建工会5家。\n"
)
SECOND = "安海镇民政办2012年工作总结\n全年慰问困难职工60名,发放慰问金约1.2万元。举办培训班3期,培训职工160人次。\n"
MASKED = "安海镇民政办2010年工作总结\n全年慰问困难职工xx名,发放慰问金3000元。\n"
HOSTILE = (
    "安海镇总工会2011年工作总结</script><script>document.title='owned'</script>\n"
    "<img src=x onerror=\"document.title='owned'\">慰问困难职工\u202e30名\u202c,发放慰问金5000元。<b>共</b>&lt;12场&gt;培训。\n"
    "</mark><svg onload=alert(1)>javascript:alert(2)\r\n再次慰问困难职工12名。\n"
)


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("archive") / "福建省" / "泉州市" / "晋江市"
    folder.mkdir(parents=True)
    for name, text in (("a.txt", FIRST), ("b.txt", SECOND), ("c.txt", HOSTILE), ("d.txt", MASKED)):
        (folder / name).write_text(text, encoding="utf-8", newline="")
    return folder.parents[1]


@pytest.fixture(scope="module")
def out(archive: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("out")
    run([archive], folder, formats=("parquet", "html"), workers=1)
    return folder


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    folder = tmp_path_factory.mktemp("browser")
    driver = chromium(folder / "profile", downloads=folder / "downloads")
    yield driver
    driver.quit()


@pytest.fixture
def page(browser: Any, out: Path) -> Iterator[Page]:
    opened = Page(browser, out / "review.html")
    opened.forget()
    opened.open()
    yield opened
    assert opened.complaints() == [], "the console says that something went wrong, or was blocked"


def rows(out: Path, name: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = pq.read_table(out / f"{name}.parquet").to_pylist()
    return found


def facts_of(out: Path, ending: str) -> list[dict[str, Any]]:
    return [fact for fact in rows(out, "facts") if fact["source"].endswith(ending)]


def fact(out: Path, text: str) -> dict[str, Any]:
    (found,) = [one for one in rows(out, "facts") if one["text"] == text]
    return found


# --- it opens, alone


def test_it_opens_from_the_disk_and_asks_for_nothing_else(page: Page) -> None:
    assert page.title == "台账 · 核对"
    assert page.count("#list .row") == 4
    assert page.requests() == [page.address]


def test_nothing_can_be_sent(page: Page) -> None:
    """Not even by a script that someone slips in: the policy of the page forbids it."""
    sent = page.run(
        "return Promise.all([fetch('file:///etc/hostname').then(() => 'sent', () => 'refused'),"
        " new Promise((done) => { const image = new Image(); image.onload = image.onerror = (e) => done(e.type);"
        " image.src = 'http://127.0.0.1:9/x.png'; })])"
    )
    assert sent == ["refused", "error"]
    assert len(page.complaints()) >= 2
    assert (
        page.run("const s = document.createElement('script'); s.textContent = 'window.ran = 1'; document.body.append(s); return window.ran")
        is None
    )
    assert len(page.complaints()) >= 1


# --- the marks


@pytest.mark.parametrize("name", ["a.txt", "b.txt", "c.txt"])
def test_marks_stand_exactly_on_their_words(page: Page, out: Path, name: str) -> None:
    wanted = facts_of(out, name)
    page.go(wanted[0]["report_id"])
    marks = page.marks()
    assert [(mark["start"], mark["text"], mark["kind"]) for mark in marks] == [
        (one["start"], one["text"].replace("\u202e", "").replace("\u202c", ""), one["kind"]) for one in wanted
    ]


def test_characters_beyond_the_first_plane_move_no_mark(page: Page, out: Path) -> None:
    behind = fact(out, "300元")
    text = FIRST
    assert "𠮷" in text[: behind["start"]]
    page.go(behind["fact_id"])
    assert page.text(".selected") == "300元"
    before = page.run(
        "const before = new Range(); before.setStart(document.getElementById('text'), 0);"
        "before.setEndBefore(document.querySelector('.selected')); return before.toString()"
    )
    assert before == text[: behind["start"]]


def test_cues_are_shaded_where_they_stand(page: Page, out: Path) -> None:
    money = fact(out, "8000余元")
    wanted = {FIRST[int(start) : int(end)] for cue in money["cues"] if "@" in cue for start, end in [cue.rpartition("@")[2].split("-")]}
    assert wanted
    page.go(money["fact_id"])
    assert set(page.run("return [...CSS.highlights.get('cue')].map(String)")) == wanted


def test_a_click_shows_what_was_read_and_why(page: Page, out: Path) -> None:
    money = fact(out, "8000余元")
    page.go(money["report_id"])
    page.click(f'mark[data-start="{money["start"]}"]')
    card = page.text(".card.fact")
    for words in (">8,000 元", "8000余元", "金额", "已完成", money["object"], "帮扶慰问金额", money["rule"], money["fact_id"]):
        assert words in card
    assert page.address_hash == money["fact_id"]
    page.run("document.getElementById('text').click()")
    page.settle()
    assert page.address_hash == money["report_id"], "a click beside the marks lets the fact go"
    assert page.count(".selected") == 0


# --- ways to a fact


def test_the_address_opens_a_fact_and_the_box_goes_to_one(page: Page, out: Path) -> None:
    there = fact(out, "160人次")
    page.go(there["fact_id"])
    assert page.text(".selected") == "160人次"
    page.type("#go", fact(out, "4216人")["fact_id"] + "\n")
    page.wait("return document.querySelector('.selected')?.textContent === '4216人'")
    page.type("#go", "0000000000000000:5\n")
    assert page.text(".toast") == "本页没有这个编号"
    page.back()
    page.wait("return document.querySelector('.selected')?.textContent === '160人次'")


def test_a_cell_leads_to_its_evidence(page: Page, out: Path) -> None:
    (cell,) = [one for one in rows(out, "cells") if one["indicator"] == "aid.people" and one["year"] == 2013 and one["state"] == "value"]
    assert len(cell["fact_ids"]) == 2
    page.go("comparison")
    page.run("[...document.querySelectorAll('td.figure')].find((one) => one.ariaLabel.includes('2013 帮扶慰问人数')).click()")
    page.wait("return document.querySelector('.selected')?.textContent === '75名'")
    assert "95 人 · 2 项相加" in page.text(".trail")
    page.press("n")
    page.wait("return document.querySelector('.selected')?.textContent === '20名'")
    assert page.address_hash == cell["fact_ids"][1]


def test_a_masked_cell_leads_to_the_mask(page: Page, out: Path) -> None:
    (cell,) = [one for one in rows(out, "cells") if one["state"] == "masked"]
    page.go("comparison")
    page.click("td[data-state=masked]")
    page.wait("return document.querySelector('.selected') !== null")
    assert page.text(".selected") == MASKED[cell["start"] : cell["end"]]
    assert "被遮盖" in page.text(".trail")


def test_doubts_stand_by_their_effect_and_lead_to_the_place(page: Page) -> None:
    page.go("doubts")
    effects = [int(text) for text in page.texts(".effect") if text.isdigit()]
    assert effects == sorted(effects, reverse=True)
    page.click(".doubts .row")
    page.wait("return document.querySelector('.trail') !== null")
    assert page.text(".doubts .row, .trail h2").startswith("疑点 1/")


def test_filters_and_search_in_texts(page: Page) -> None:
    page.type("#search", "培训职工")
    page.wait("return document.querySelectorAll('#list .row').length === 1")
    assert "2012" in page.text("#list .row")
    page.click("#list .row")
    page.wait("return CSS.highlights.get('found') !== undefined")
    assert page.run("return [...CSS.highlights.get('found')].map(String)") == ["培训职工"]
    page.run("document.getElementById('search').value = ''; document.getElementById('search').dispatchEvent(new Event('input'))")
    page.wait("return document.querySelectorAll('#list .row').length === 4")
    page.choose("[data-filter=year]", "2013")
    assert page.count("#list .row") == 1
    page.go("comparison")
    assert page.count("th.town[data-row]") == 1


# --- keys


def test_keys(page: Page, out: Path) -> None:
    page.go(fact(out, "75名")["fact_id"])
    page.press("j")
    page.wait("return document.querySelector('.selected')?.textContent === '8000余元'")
    page.press("k")
    page.wait("return document.querySelector('.selected')?.textContent === '75名'")
    page.press("/")
    assert page.run("return document.activeElement.id") == "search"
    page.press_escape()
    assert page.run("return document.activeElement.id") != "search"
    page.press("?")
    assert page.count("dialog[open] kbd") > 8
    page.press_escape()
    assert page.count("dialog[open]") == 0
    page.press("e")
    assert page.count("form.edit") == 1
    page.press_escape()
    assert page.count("form.edit") == 0
    page.press("2")
    page.wait("return document.body.dataset.view === 'comparison'")
    page.press("j")
    page.press("j")
    page.press_enter()
    page.wait("return document.body.dataset.view === 'reports'")
    page.press("3")
    page.wait("return document.body.dataset.view === 'doubts'")


# --- corrections


def corrected(page: Page, out: Path) -> list[dict[str, Any]]:
    """Corrections as a person makes them: a value, no fact at all, a report's town; and the file that is saved."""
    page.go(fact(out, "75名")["fact_id"])
    page.press("e")
    page.fill("form.edit [name=value]", "1,076.50")
    page.fill("form.edit [name=reason]", "原件为1076")
    page.click("form.edit [type=submit]")
    page.go(fact(out, "20名")["fact_id"])
    page.click("#not-a-fact")
    page.go(fact(out, "75名")["report_id"])
    page.click("#edit")
    page.fill("form.edit [name=town]", "金井镇")
    page.click("form.edit [type=submit]")
    page.go("corrections")
    page.click("#save")
    saved = page.downloaded("corrections.jsonl").read_text(encoding="utf-8")
    return [json.loads(line) for line in saved.splitlines()]


def test_a_correction_is_saved_as_the_contract_says(page: Page, out: Path) -> None:
    people, again = fact(out, "75名"), fact(out, "20名")
    (report,) = [one for one in rows(out, "reports") if one["report_id"] == people["report_id"]]
    lines = corrected(page, out)
    sha256 = lines[0]["report_sha256"]
    assert sha256.startswith(report["report_id"])
    assert len(sha256) == 64
    at = {"source": people["source"], "report_sha256": sha256}
    assert lines == [
        {**at, "text": "", "sentence": "", "start": 0, "column": "town", "old": report["town"] or "", "new": "金井镇", "reason": ""},
        {**at, "text": "75名", "sentence": people["sentence"], "start": people["start"], "column": "value", "old": "75", "new": "1076.5",
         "reason": "原件为1076"},
        {**at, "text": "20名", "sentence": again["sentence"], "start": again["start"], "column": "kind", "old": "count",
         "new": "not_a_fact", "reason": "不是事实"},
    ]  # fmt: skip
    assert [list(line) for line in lines] == [
        ["source", "report_sha256", "text", "sentence", "start", "column", "old", "new", "reason"]
    ] * 3


def test_corrections_stay_in_the_browser_can_be_undone_and_read_from_a_file(page: Page, out: Path, tmp_path: Path) -> None:
    corrected(page, out)
    page.open()
    page.go(fact(out, "75名")["fact_id"])
    assert "1076.5" in page.text(".changes")
    assert page.count("mark[data-corrected]") == 2
    page.click(".changes .link")
    assert page.count(".changes") == 0
    saved = shutil.copy(page.downloaded("corrections.jsonl"), tmp_path)
    page.forget()
    page.open()
    page.go("corrections")
    assert page.count("tbody tr") == 0
    page.upload("input[type=file]", Path(saved))
    page.wait("return document.querySelectorAll('tbody tr').length === 3")


def test_a_correction_changes_the_next_runs_table_and_nothing_else(page: Page, archive: Path, out: Path, tmp_path: Path) -> None:
    people = fact(out, "75名")
    page.go(people["fact_id"])
    page.press("e")
    page.fill("form.edit [name=value]", "1076")
    page.click("form.edit [type=submit]")
    page.go("corrections")
    page.click("#save")
    run([archive], tmp_path, formats=("parquet", "html"), workers=1, corrections=page.downloaded("corrections.jsonl"))
    before, after = ({one["fact_id"]: one for one in rows(folder, "facts")} for folder in (out, tmp_path))
    assert [key for key in before.keys() | after.keys() if _read(before.get(key)) != _read(after.get(key))] == [people["fact_id"]]
    assert {name for name, value in before[people["fact_id"]].items() if after[people["fact_id"]][name] != value} - {
        "rule",
        "cues",
        "note",
    } == {"value"}
    assert after[people["fact_id"]]["value"] == 1076
    cells = [{(one["report_id"], one["indicator"]): one for one in rows(folder, "cells")} for folder in (out, tmp_path)]
    changed = [key for key in cells[0] if cells[0][key] != cells[1][key]]
    assert changed == [(people["report_id"], "aid.people")]
    assert cells[1][changed[0]]["value"] == 1096
    assert rows(out, "reports") == rows(tmp_path, "reports")
    again = Page(page.driver, tmp_path / "review.html")
    again.open()
    again.go(people["fact_id"])
    assert "1,076" in again.text(".said")
    assert "已生效" in again.text(".changes")
    again.go("corrections")
    assert again.texts(".outcomes tbody tr", attribute="data-outcome") == ["applied"]
    assert all(words in again.text(".outcomes tbody tr") for words in ("已更正", "75名", "1076"))
    again.click(".outcomes .link")
    again.wait("return document.querySelector('.selected')?.textContent === '75名'")


def _read(row: dict[str, Any] | None) -> dict[str, Any] | None:
    """A fact without what says how it came about."""
    return row and {name: value for name, value in row.items() if name not in ("rule", "cues", "note")}


def test_a_value_that_is_no_number_is_not_taken(page: Page, out: Path) -> None:
    page.go(fact(out, "75名")["fact_id"])
    page.press("e")
    page.fill("form.edit [name=value]", "七十五")
    page.click("form.edit [type=submit]")
    assert page.count("form.edit") == 1
    assert page.count(".changes") == 0


def test_what_could_not_be_applied_stands_first_with_the_reason(page: Page, archive: Path, out: Path, tmp_path: Path) -> None:
    people = fact(out, "75名")
    told = {
        "source": people["source"],
        "report_sha256": people["report_id"],
        "text": "75名",
        "sentence": people["sentence"],
        "start": people["start"],
    }
    lines = [{**told, "column": column, "new": new} for column, new in (("value", "57"), ("status", "perhaps"), ("unit", "名"))]
    lines.append({**told, "text": "9只", "sentence": "买猫9只。", "column": "value", "new": "8"})
    (tmp_path / "c.jsonl").write_text("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines), encoding="utf-8")
    run([archive], tmp_path / "out", formats=("html",), workers=1, corrections=tmp_path / "c.jsonl")
    again = Page(page.driver, tmp_path / "out" / "review.html")
    again.open()
    again.go("corrections")
    assert again.texts(".outcomes tbody tr", attribute="data-outcome") == ["refused", "orphaned", "applied", "no_longer_needed"]
    assert "perhaps 不是 status 的值" in again.text(".outcomes tbody tr")
    assert again.texts(".outcomes p .chip") == ["不能接受 1", "找不到位置 1", "已更正 1", "已不需要 1"]


def test_a_page_with_masked_persons_says_so_in_both_languages(page: Page, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("安海镇总工会2013年工作总结\n主席陶永祥带队慰问困难职工75名。\n", encoding="utf-8")
    run([tmp_path / "a.txt"], tmp_path / "out", formats=("html",), workers=1, redact=True)
    again = Page(page.driver, tmp_path / "out" / "review.html")
    again.open()
    assert "主席■■■带队" in again.text("#text")
    notices: dict[str, str] = {}
    for language in ("en", "zh"):
        if again.run("return document.documentElement.lang") != language:
            again.click(f"button[lang={language}]")
        notices[language] = again.text(".warning.redacted")
    assert notices == {language: rulebook.load().table("redact")["notes"][language] for language in ("en", "zh")}


# --- hostile text


def test_hostile_text_is_inert(page: Page, out: Path) -> None:
    page.go(facts_of(out, "c.txt")[0]["report_id"])
    assert page.title == "台账 · 核对"
    assert page.count("#text img, #text script, #text svg, #text b") == 0
    shown = page.run("return document.getElementById('text').textContent")
    assert shown == HOSTILE.replace("\u202e", "").replace("\u202c", "")
    assert page.texts(".control", attribute="data-name") == ["U+202E", "U+202C"]
    for view in ("comparison", "doubts", "charts", "corrections"):
        page.go(view)
    assert page.title == "台账 · 核对"


OWNED = "document.title='owned'"
HOSTILE_NAMES = (
    f'"><img src=x onerror="{OWNED}">.txt', f"'-({OWNED})-'.txt", "<script>document.title=1<!--.txt",
    "\u202etxt.exe.txt", "&lt;b&gt;&#x27;.txt",
    "javascript:document.title=2.txt", "{{script}}{{policy}}.txt", "`${document.title=3}`.txt", "<!-- data -->.txt",
)  # fmt: skip
ELEMENTS = (
    "return document.querySelectorAll('img, iframe, object, embed, base, form[action], svg[onload], [onerror], [onload], [onclick]').length"
)


def _hostile_run(folder: Path) -> Path:
    """Names, titles, places, sentences, objects and corrections that would all be markup, in a run of their own."""
    (folder / "in").mkdir()
    for number, name in enumerate(HOSTILE_NAMES):
        text = HOSTILE.replace("30名", f"{30 + number}名").replace("慰问困难职工", f"慰问<i>{number}</i></script>困难职工")
        (folder / "in" / name).write_text(text, encoding="utf-8", newline="")
    evil = f'</script><script>{OWNED}</script><img src=x onerror="{OWNED}">\u2028\u202e]]>'
    run([folder / "in"], folder / "first", formats=("parquet",), workers=1)
    facts = [one for one in rows(folder / "first", "facts") if one["kind"] == "count"]
    columns = ("title", "org", "town", "county", "city", "province")
    with (folder / "m.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(
            [["source", *columns], *([source, *[evil] * len(columns)] for source in sorted({one["source"] for one in facts})[:3])]
        )
    told = [
        {**{key: one[key] for key in ("source", "text", "sentence", "start")}, "report_sha256": one["report_id"], "reason": evil, **more}
        for one, more in zip(facts, ({"column": "object", "new": evil}, {"column": "status", "new": evil}, {"column": evil, "new": "1"},
                                     {"column": "value", "new": "8", "text": evil}), strict=False)
    ]  # fmt: skip
    (folder / "c.jsonl").write_text("".join(json.dumps(line) + "\n" for line in told), encoding="utf-8")
    run([folder / "in"], folder / "out", formats=("parquet", "html"), workers=1, manifest=folder / "m.csv", corrections=folder / "c.jsonl")
    return folder / "out"


def test_hostile_names_titles_places_and_corrections_are_inert(page: Page, tmp_path: Path) -> None:
    out = _hostile_run(tmp_path)
    again = Page(page.driver, out / "review.html")
    again.open()
    scripts = again.run("return document.scripts.length")
    assert again.run("return document.querySelectorAll('script:not([type=\"application/json\"])').length") == 1
    reports = rows(out, "reports")
    assert len(reports) == len(HOSTILE_NAMES)
    assert sum("<img" in (report["town"] or "") for report in reports) == 3
    facts = {fact["report_id"]: fact["fact_id"] for fact in rows(out, "facts") if fact["kind"] == "count"}
    for address in ("comparison", "doubts", "charts", "corrections", *facts, *facts.values(), f"x</script><img src=x onerror={OWNED}>"):
        again.go(address)
        assert again.title == "台账 · 核对"
        assert again.run(ELEMENTS) == 0
        assert again.run("return document.scripts.length") == scripts
    again.go("corrections")
    assert again.count(".outcomes tbody tr") == 4
    assert "<img src=x onerror=" in again.text(".outcomes")
    assert again.complaints() == [], "the policy had something to block"
    assert {request.partition("#")[0] for request in again.requests()} == {again.address}


# --- looks


def test_charts_show_hedges_and_what_is_missing(page: Page, out: Path) -> None:
    given = [row for row in rows(out, "comparison") if row["aid.amount"] is not None and row["year"].isdigit()]
    assert len(given) >= 2
    page.go("charts")
    page.choose(
        "#indicator",
        page.run("return [...document.querySelectorAll('#indicator option')].find((o) => o.textContent.startsWith('帮扶慰问金额')).value"),
    )
    page.choose("#year", "")
    labels = page.texts(".chart:first-of-type .item", attribute="aria-label")
    assert any(">8,300 元" in label for label in labels)
    assert any("≈12,000 元" in label for label in labels)
    assert page.count(".chart .bar") + page.count(".chart .missing") == page.count(".figure-box:first-of-type .item")
    assert page.count(".figure-box:first-of-type .hedge") == 2
    assert page.count(".series .point") == len(given)


def test_a_range_is_told_by_both_ends_beside_its_whisker(page: Page, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("安海镇总工会2013年工作总结\n全年慰问困难职工330至390名。\n", encoding="utf-8")
    run([tmp_path / "a.txt"], tmp_path / "out", formats=("html",), workers=1)
    again = Page(page.driver, tmp_path / "out" / "review.html")
    again.open()
    again.go("charts")
    assert again.texts(".figure-box:first-of-type .number") == ["330–390"]
    right, left = again.run(
        "const box = (selector) => document.querySelector('.figure-box ' + selector).getBoundingClientRect();"
        "return [box('.hedge').right, box('.number').left]"
    )
    assert right < left, "the number stands over the whisker"


@pytest.mark.parametrize(("language", "word"), [("en", "Comparison"), ("zh", "对比")])
def test_the_language_can_be_changed(page: Page, language: str, word: str) -> None:
    if page.run("return document.documentElement.lang") != language:
        page.click(f"button[lang={language}]")
    assert word in page.texts(".tabs button")
    assert page.run("return document.documentElement.lang") == language


def test_dark_and_light(page: Page) -> None:
    def contrasts() -> list[float]:
        return [page.contrast(selector) for selector in ("#text", ".chip", ".source", ".tabs button", ".row .second", ".details dt")]

    page.go(page.run("return document.querySelector('#list .row') && location.hash.slice(1)") or "")
    first = page.run("return document.documentElement.dataset.theme")
    assert min(contrasts()) >= 4.5
    page.press("t")
    assert page.run("return document.documentElement.dataset.theme") != first
    assert min(contrasts()) >= 4.5


def test_a_small_screen_has_no_sideways_scroll(page: Page, out: Path) -> None:
    page.size(390, 844)
    try:
        for address in (fact(out, "75名")["fact_id"], "comparison", "doubts", "charts", "corrections"):
            page.go(address)
            assert page.run("return document.documentElement.scrollWidth") <= 390, address
            if address == "charts":
                assert page.count(".chart") == 2
                assert page.run("return [...document.querySelectorAll('.scroller')].every((one) => one.scrollWidth <= one.clientWidth)")
    finally:
        page.size(1280, 900)


def test_an_address_survives_encoding(page: Page, out: Path) -> None:
    page.go(quote(fact(out, "75名")["fact_id"], safe=""))
    page.wait("return document.querySelector('.selected')?.textContent === '75名'")
