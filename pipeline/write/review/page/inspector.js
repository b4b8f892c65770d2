// Beside the text: what was read at the place selected, why, and the form that corrects it.
import * as corrections from "./corrections.js";
import { activities, indicators, page, reports } from "./data.js";
import { announce, el, options, tame } from "./dom.js";
import { here, leaveTrail, openReport, step } from "./navigation.js";
import { opened } from "./reading.js";
import { codeWord, columnWord, currentLanguage, grouped, hedged, reportName, said, stateWord, t, unitWord, unplaced, yearName } from "./words.js";

const DETAILS = [
  "kind", "object", "status", "scope", "activity", "indicator", "unit", "per", "change", "edtf", "anchor", "part", "festival", "date_start", "date_end",
  "when", "when_anchor", "section", "rule", "note",
];
const REPORT_DETAILS = ["place_basis", "place_evidence", "place_candidates", "year_basis", "year_evidence", "boundary", "numerals", "facts", "report_id"];
let editing = false;
let redraw = () => {};

const detail = (column, words) => [el("dt", { title: page.meanings[column] }, columnWord(column)), el("dd", {}, words)];
const link = (number, offset, words) => el("button", { type: "button", class: "link", onclick: () => openReport(number, offset, true) }, tame(words));

/** Corrections of a fact or a report, each with the way back; those that a run has applied are told from those still to be handed in. */
function changes(lines, subject) {
  const made = Object.values(lines);
  return made.length === 0 ? null : el("ul", { class: "changes" }, made.map((line) => el("li", {},
    el("b", {}, columnWord(line.column)), " ", el("del", {}, tame(codeWord(line.column, line.old)) || t("nothing")), " → ",
    el("ins", {}, tame(codeWord(line.column, line.new)) || t("nothing")), line.reason && el("span", { class: "reason" }, tame(line.reason)),
    corrections.isApplied(line, subject) && el("span", { class: "chip" }, t("applied")),
    el("button", { type: "button", class: "link", onclick: () => corrections.remove(line) }, t("undo")))));
}

function cues(fact) {
  return (fact.cues ?? []).flatMap(([rule, start, end]) => el("span", { class: "cue" },
    start === undefined ? null : el("b", {}, tame(opened.reading.slice(start, end))), ` ${rule}`));
}

function checksOf(fact) {
  return opened.reading.checks.filter((check) => check.total === fact.start || check.parts.includes(fact.start)).map((check) => {
    const words = (start) => opened.reading.byStart.get(start)?.text ?? String(start);
    return el("li", { "data-verdict": check.verdict },
      el("b", {}, codeWord("verdict", check.verdict)), ` ${codeWord("kind", check.kind)}: `,
      link(opened.reading.report.number, check.total, words(check.total)), " ← ",
      check.parts.map((part, at) => [at ? ", " : null, link(opened.reading.report.number, part, words(part))]),
      check.computed === null ? null : ` (${t("computed")} ${grouped(check.computed)})`);
  });
}

function factCard(fact) {
  const lines = corrections.of(opened.reading.report, fact);
  const checks = checksOf(fact);
  return el("section", { class: "card fact", "aria-label": t("fact") },
    el("p", { class: "said", "data-kind": fact.kind }, tame(said(fact)) || codeWord("kind", fact.kind)),
    el("p", { class: "words" }, "“", tame(fact.text), "”", fact.repaired && el("span", { class: "chip warn" }, t("repaired"))),
    changes(lines, fact),
    el("dl", { class: "details" },
      DETAILS.filter((column) => fact[column] !== undefined).map((column) => detail(column, tame(codeWord(column, fact[column])))),
      fact.part_of === undefined ? null : detail("part_of", link(opened.reading.report.number, fact.part_of, opened.reading.byStart.get(fact.part_of)?.text ?? "")),
      fact.cues && detail("cues", cues(fact)),
      detail("fact_id", el("code", {}, fact.id))),
    checks.length ? el("ul", { class: "checks" }, checks) : null,
    editing ? factForm(fact, lines) : el("p", { class: "buttons" },
      el("button", { type: "button", id: "edit", onclick: () => edit(true) }, t("correct")),
      fact.kind !== "name" && el("button", { type: "button", id: "not-a-fact", onclick: () => notAFact(fact) }, t("not_a_fact"))));
}

const NEVER_EMPTY = new Set(["kind", "status"]);
const field = (column, control) => el("label", { title: page.meanings[column] }, el("span", {}, columnWord(column)), control);
const current = (of, lines, column) => lines[column]?.new ?? (of[column] === undefined || of[column] === null ? "" : String(of[column]));

function choice(column, codes, chosen) {
  const known = codes.includes(chosen) || chosen === "" ? codes : [chosen, ...codes];
  return el("select", { name: column }, options([...(NEVER_EMPTY.has(column) && chosen ? [] : [["", "–"]]), ...known.map((code) => [code, codeWord(column, code)])], chosen));
}

function input(column, value, properties = {}) {
  return el("input", { name: column, value, autocomplete: "off", spellcheck: "false", ...properties });
}

function reasonField(lines) {
  return el("label", { class: "wide" }, el("span", {}, t("reason")), input("reason", Object.values(lines)[0]?.reason ?? ""));
}

const saveButtons = () => el("p", { class: "buttons wide" },
  el("button", { type: "submit", class: "primary" }, t("keep")), el("button", { type: "button", onclick: () => edit(false) }, t("cancel")));

function factForm(fact, lines) {
  const number = { inputmode: "decimal", pattern: "[0-9,]+(\\.[0-9]+)?", title: t("number_hint") };
  const now = (column) => current(fact, lines, column);
  return el("form", { class: "edit", onsubmit: (event) => keep(event, fact, lines, corrections.FACT_COLUMNS) },
    fact.kind === "date" ? field("edtf", input("edtf", now("edtf"))) : [
      ["value", "low", "high"].map((column) => field(column, input(column, now(column), number))),
      field("bound", el("select", { name: "bound" }, options((now("bound") ? page.choices.bound : ["", ...page.choices.bound]).map((bound) => [bound, bound || "–"]), now("bound")))),
      field("unit", input("unit", now("unit"))),
    ],
    field("kind", choice("kind", [...page.choices.kind, corrections.NOT_A_FACT], now("kind"))),
    field("status", choice("status", page.choices.status, now("status"))),
    field("scope", choice("scope", page.choices.scope, now("scope"))),
    field("object", input("object", now("object"))),
    field("activity", choice("activity", activities.map((one) => one.code), now("activity"))),
    field("indicator", choice("indicator", indicators.map((one) => one.code), now("indicator"))),
    reasonField(lines), saveButtons());
}

function reportForm(report, lines) {
  const now = (column) => current(report, lines, column);
  const codes = (column) => Object.keys(page.words[currentLanguage()].codes[column]).filter((code) => code !== "months");
  return el("form", { class: "edit", onsubmit: (event) => keep(event, null, lines, corrections.REPORT_COLUMNS) },
    ["town", "county", "city", "province"].map((column) => field(column, input(column, now(column)))),
    field("year", input("year", now("year"), { inputmode: "numeric", pattern: "[0-9]{4}", title: t("year_hint") })),
    field("period", choice("period", codes("period"), now("period"))),
    field("org", choice("org", codes("org"), now("org"))),
    reasonField(lines), saveButtons());
}

const NUMBERS = new Set(["value", "low", "high"]);

/** A number as the tables write it: no commas, no zeros that say nothing. */
function tidy(column, text) {
  const trimmed = text.trim();
  if (!NUMBERS.has(column)) return trimmed;
  const bare = trimmed.replaceAll(",", "");
  return bare.includes(".") ? bare.replace(/\.?0+$/, "") : bare;
}

function keep(event, fact, lines, columns) {
  event.preventDefault();
  const content = new FormData(event.target);
  const values = Object.fromEntries(columns.filter((column) => content.has(column)).map((column) => [column, tidy(column, content.get(column))]));
  corrections.correct(opened.reading.report, fact, values, content.get("reason").trim());
  announce(corrections.isKept() ? t("kept_here") : t("not_kept"));
  edit(false);
}

function notAFact(fact) {
  corrections.correct(opened.reading.report, fact, { kind: corrections.NOT_A_FACT }, t("not_a_fact"));
  announce(corrections.isKept() ? t("kept_here") : t("not_kept"));
  redraw();
}

/** Opens the form of the fact selected, or of the report; or closes it. */
export function edit(open) {
  editing = open;
  redraw();
  document.querySelector(".edit input, .edit select")?.focus();
}
export const isEditing = () => editing;

function reportCard(report) {
  const lines = corrections.of(report);
  const value = (column) => Array.isArray(report[column]) ? unplaced(report[column].join(", ")) : codeWord(column, report[column]);
  return el("section", { class: "card", "aria-label": t("report") },
    el("h2", {}, t("report")), changes(lines, report),
    el("dl", { class: "details" }, [...corrections.REPORT_COLUMNS, ...REPORT_DETAILS]
      .filter((column) => report[column] !== null && String(report[column]) !== "").map((column) => detail(column, tame(String(value(column)))))),
    editing ? reportForm(report, lines)
      : el("p", { class: "buttons" }, el("button", { type: "button", id: "edit", onclick: () => edit(true) }, t("correct_report"))));
}

/** The words of a place: those of its fact, or of its span. */
const placeWords = (offset, end) => (end === undefined ? opened.reading.byStart.get(offset)?.text : opened.reading.slice(offset, end)) ?? "";

/** The cell or the doubt that led here, with all its places. */
function trailCard() {
  const { trail } = here;
  const places = trail.places.map(([number, offset, end], at) => el("li", { class: at === trail.at ? "current" : null },
    link(number, offset, number === opened.reading.report.number ? placeWords(offset, end) : `${reportName(reports[number])} ${yearName(reports[number])}`)));
  return el("section", { class: "card trail", "aria-label": trail.title },
    el("button", { type: "button", class: "close", "aria-label": t("close"), onclick: leaveTrail }, "×"),
    el("h2", {}, tame(trail.title)), el("p", { class: "result" }, tame(trail.words)),
    places.length > 1 ? el("ol", { class: "places" }, places) : null,
    places.length > 1 || trail.beyond ? el("p", { class: "buttons" },
      el("button", { type: "button", onclick: () => step(-1) }, `← ${t("previous")}`), el("button", { type: "button", onclick: () => step(1) }, `${t("next")} →`)) : null);
}

/** What a cell of the comparison says, and how it came about. */
export function cellWords(cell, indicator) {
  const value = cell.value === undefined ? stateWord(cell.state) : `${hedged(cell)} ${unitWord(indicator.unit)}`;
  return cell.facts.length > 1 && cell.value !== undefined ? `${value} · ${t(`how_${indicator.how}`, { count: cell.facts.length })}` : value;
}

let shownAt = "";

/** Draws the panel; a form left open closes when another place is selected. */
export function showInspector(panel) {
  redraw = () => showInspector(panel);
  if (!opened.reading || here.view !== "reports") {
    panel.replaceChildren();
    panel.hidden = true;
    return;
  }
  const at = `${opened.reading.report.report_id}:${opened.fact?.start ?? ""}`;
  if (at !== shownAt) editing = false;
  shownAt = at;
  panel.hidden = false;
  panel.replaceChildren(...[here.trail && trailCard(), opened.fact ? factCard(opened.fact) : reportCard(opened.reading.report)].filter(Boolean));
}
