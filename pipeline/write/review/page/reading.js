// A report's text with every fact marked where it stands.
import * as corrections from "./corrections.js";
import { comparison, page, read } from "./data.js";
import { announce, el, isControl, tame } from "./dom.js";
import { filters } from "./filters.js";
import { here, openReport } from "./navigation.js";
import { preference, setPreference } from "./storage.js";
import { codeWord, reportName, said, t, yearName } from "./words.js";

/** The report in the main column, and the fact selected in it. */
export const opened = { reading: null, fact: null };
let body = null;
let pieces = [];
const listeners = new Set();
export const onSelection = (listener) => listeners.add(listener);
const isLabel = (fact) => page.labels.includes(fact.kind);
let labelsShown = preference("labels") === "shown";

/** Spans of masked figures: no fact stands there, and a cell's evidence is the mask. */
const masks = new Map();
for (const row of comparison) {
  for (const cell of Object.values(row.cells)) {
    for (const [report, start, end] of cell.spans ?? []) masks.set(report, [...(masks.get(report) ?? []), { start, end }]);
  }
}

/** Marks in order, those out that would lie over another. */
function marksOf(reading) {
  const spans = [...reading.facts, ...(masks.get(reading.report.number) ?? [])].sort((a, b) => a.start - b.start || b.end - a.end);
  let end = 0;
  return spans.filter((span) => {
    const free = span.start >= end;
    if (free) end = span.end;
    return free;
  });
}

/** Text nodes for a stretch of the text; a control that would turn the text stands there as its number. */
function textNodes(parent, text, at) {
  let begin = 0;
  const flush = (end) => {
    if (end > begin) {
      const node = document.createTextNode(text.slice(begin, end));
      pieces.push({ at: at + begin, length: end - begin, node });
      parent.append(node);
    }
  };
  for (let index = 0; index < text.length; index += 1) {
    if (!isControl(text[index])) continue;
    flush(index);
    const name = `U+${text.charCodeAt(index).toString(16).toUpperCase().padStart(4, "0")}`;
    parent.append(el("span", { class: "control", title: name, "data-name": name }));
    begin = index + 1;
  }
  flush(text.length);
}

function markNode(reading, span) {
  const fact = span.id ? span : null;
  const mark = el("mark", {
    "data-kind": fact?.kind ?? "mask", "data-status": fact?.status, "data-start": span.start, "data-indicator": fact?.indicator,
    "data-doubt": Boolean(fact?.note || fact?.repaired), "data-label": fact && isLabel(fact) ? true : null, role: "button", tabIndex: -1,
    "aria-label": fact ? [fact.text, codeWord("kind", fact.kind), said(fact), codeWord("status", fact.status), codeWord("indicator", fact.indicator)].filter(Boolean).join(", ") : null,
  });
  textNodes(mark, reading.slice(span.start, span.end), reading.unit(span.start));
  return mark;
}

function textBody(reading) {
  pieces = [];
  const node = el("div", { class: "text", lang: "zh", dir: "ltr", id: "text", "data-labels": labelsShown ? "shown" : "faint", onclick: clicked, onkeydown: pressed });
  let at = 0;
  for (const span of marksOf(reading)) {
    textNodes(node, reading.slice(at, span.start), reading.unit(at));
    node.append(markNode(reading, span));
    at = span.end;
  }
  textNodes(node, reading.text.slice(reading.unit(at)), reading.unit(at));
  return node;
}

/** A click on a mark selects its fact, one beside the marks lets it go; one that ends a selection of text does neither. */
function clicked(event) {
  const mark = event.target.closest("mark");
  if (getSelection().toString() || (!mark && !opened.fact)) return;
  openReport(opened.reading.report.number, mark ? Number(mark.dataset.start) : null, true);
}

function pressed(event) {
  if ((event.key === "Enter" || event.key === " ") && event.target.closest("mark")) {
    clicked(event);
    event.preventDefault();
  }
}

const chip = (words, properties = {}) => words && el("span", { class: "chip", ...properties }, tame(words));

function head(report) {
  const place = [report.province, report.city, report.county, report.town].filter(Boolean).join(" ");
  return el("header", { class: "head" },
    el("h1", { tabIndex: -1 }, tame(report.title ?? reportName(report))),
    el("p", { class: "chips" },
      chip(place || t("place_unknown"), { "data-basis": report.place_basis }),
      chip(yearName(report), { "data-basis": report.year_basis }),
      chip(codeWord("period", report.period)), chip(codeWord("org", report.org)),
      report.duplicate_of && el("a", { class: "chip warn", href: `#${report.duplicate_of}` }, t("copy_of")),
      report.template_of && el("a", { class: "chip warn", href: `#${report.template_of}` }, t("template_of"))),
    el("p", { class: "source" }, tame(report.source + (report.part ? ` #${report.part}` : ""))));
}

function legend() {
  const key = (kind) => el("span", { class: "key" }, el("mark", { "data-kind": kind }, codeWord("kind", kind)));
  const status = (name) => el("span", { class: "key" }, el("mark", { "data-kind": "count", "data-status": name }, codeWord("status", name)));
  return el("div", { class: "legend", "aria-label": t("legend") },
    ["count", "money", "rate", "date", "duration"].map(key), el("span", { class: "gap" }), ["done", "plan", "criterion"].map(status),
    el("span", { class: "key" }, el("mark", { "data-kind": "count", "data-indicator": "x" }, t("in_comparison"))),
    el("span", { class: "key" }, el("mark", { "data-kind": "count", "data-doubt": true }, t("in_doubt"))),
    el("label", { class: "key" }, el("input", { type: "checkbox", checked: labelsShown, onchange: toggleLabels }), t("show_labels")));
}

function toggleLabels(event) {
  labelsShown = event.target.checked;
  setPreference("labels", labelsShown ? "shown" : "faint");
  document.getElementById("text").dataset.labels = labelsShown ? "shown" : "faint";
}

function place(unit) {
  let low = 0;
  let high = pieces.length - 1;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (pieces[middle].at <= unit) low = middle;
    else high = middle - 1;
  }
  const piece = pieces[low];
  return [piece.node, Math.max(0, Math.min(piece.length, unit - piece.at))];
}

function unitRange(start, end) {
  const made = new Range();
  made.setStart(...place(start));
  made.setEnd(...place(end));
  return made;
}

const range = (start, end) => unitRange(opened.reading.unit(start), opened.reading.unit(end));

/** Where the words searched for stand. */
function occurrences(text, query) {
  const found = [];
  const whole = text.toLowerCase();
  const words = query.toLowerCase();
  if (!words || whole.length !== text.length) return found; // a few letters change their length with their case
  for (let at = whole.indexOf(words); at >= 0 && found.length < 500; at = whole.indexOf(words, at + words.length)) found.push(unitRange(at, at + words.length));
  return found;
}

/** Shades the words that decided on the fact, all the evidence of what led here, and what was searched for, where the browser knows how to. */
function shade(fact) {
  if (!globalThis.CSS?.highlights) return;
  CSS.highlights.delete("cue");
  CSS.highlights.delete("evidence");
  CSS.highlights.delete("found");
  if (pieces.length === 0) return;
  const found = occurrences(opened.reading.text, filters.query.trim());
  if (found.length) CSS.highlights.set("found", new Highlight(...found));
  const cues = (fact?.cues ?? []).filter((cue) => cue.length === 3 && cue[1] >= 0).map((cue) => range(cue[1], cue[2]));
  if (cues.length) CSS.highlights.set("cue", new Highlight(...cues));
  const evidence = (here.trail?.places ?? []).filter(([report]) => report === opened.reading.report.number)
    .map(([, start, end]) => [start, end ?? opened.reading.byStart.get(start)?.end]).filter(([, end]) => end !== undefined);
  if (evidence.length > 1 || here.trail?.places[0]?.length === 3) CSS.highlights.set("evidence", new Highlight(...evidence.map(([start, end]) => range(start, end))));
}

function markCorrected() {
  const { reading } = opened;
  if (!reading || !body) return;
  for (const mark of body.querySelectorAll("mark[data-start]")) {
    const fact = reading.byStart.get(Number(mark.dataset.start));
    mark.toggleAttribute("data-corrected", Boolean(fact) && Object.keys(corrections.of(reading.report, fact)).length > 0);
  }
}
corrections.onCorrections(markCorrected);

/** The fact at an offset, or the one around it: rules may have moved its ends since the link was made. */
function factAt(offset) {
  return opened.reading.byStart.get(offset) ?? opened.reading.facts.find((fact) => fact.start <= offset && offset < fact.end) ?? null;
}

/** Brings a stretch of text that led here and is no fact into sight: words that tell a town or a year. False where none begins there. */
function bringSpan(offset) {
  const span = here.trail?.places[here.trail.at];
  if (span?.[1] !== offset || span[2] === undefined) return false;
  const main = body.closest("main");
  main.scrollTop += range(offset, span[2]).getBoundingClientRect().top - main.getBoundingClientRect().top - main.clientHeight / 2;
  return true;
}

function select(offset) {
  for (const mark of body.querySelectorAll("mark.selected")) {
    mark.classList.remove("selected");
    mark.tabIndex = -1;
  }
  opened.fact = offset === null ? null : factAt(offset);
  const mark = offset === null ? null : body.querySelector(`mark[data-start="${opened.fact?.start ?? offset}"]`);
  if (mark) {
    mark.classList.add("selected");
    mark.tabIndex = 0;
    mark.scrollIntoView({ block: "center" });
    mark.focus({ preventScroll: true });
  } else if (offset !== null && !bringSpan(offset)) announce(t("no_fact_there"));
  shade(opened.fact);
}

/** To the next fact of the text, or the one before; labels are passed over unless they are shown. */
export function stepFact(by) {
  const { reading } = opened;
  if (!reading) return;
  const facts = reading.facts.filter((fact) => labelsShown || !isLabel(fact));
  const from = opened.fact?.start ?? here.offset ?? -1;
  const next = by > 0 ? facts.find((fact) => fact.start > from) : facts.filter((fact) => fact.start < from).at(-1);
  if (next) openReport(reading.report.number, next.start, true);
}

let asked = 0;

/** Shows the report of the address in `main`, and selects its fact. */
export async function showReading(main) {
  const report = here.report;
  const turn = (asked += 1);
  if (report === null) {
    Object.assign(opened, { reading: null, fact: null });
    main.replaceChildren(el("p", { class: "empty" }, t("choose_report")));
    return;
  }
  const reading = await read(report);
  if (turn !== asked) return; // another report was asked for meanwhile
  if (opened.reading !== reading || !main.contains(body)) {
    opened.reading = reading;
    body = textBody(reading);
    main.replaceChildren(el("div", { class: "sheet" }, head(report), legend(), body));
    main.scrollTop = 0;
    markCorrected();
  }
  select(here.offset);
  for (const listener of listeners) listener();
}
