// All corrections made, to look over, to save as a file, to read from one.
import * as corrections from "./corrections.js";
import { page, reportOfHash, reports } from "./data.js";
import { announce, el, tame } from "./dom.js";
import { openReport } from "./navigation.js";
import { kept } from "./storage.js";
import { codeWord, columnWord, currentLanguage, grouped, reportName, t, yearName } from "./words.js";

const FILE = "corrections.jsonl";

/** Hands the corrections to the reader as a file; nothing leaves the page for it. */
export function save() {
  const url = URL.createObjectURL(new Blob([corrections.asFile()], { type: "application/x-ndjson" }));
  el("a", { href: url, download: FILE }).click();
  setTimeout(() => URL.revokeObjectURL(url), 60000);
  announce(t("saved", { file: FILE }));
}

async function load(event) {
  const [file] = event.target.files;
  if (!file) return;
  const { read, left } = corrections.addFile(await file.text());
  announce(t("loaded", { read, left }));
}

function lineNode(line) {
  const report = reportOfHash(line.report_sha256);
  const offset = line.text === "" ? null : line.start - (reports.find((one) => one.source === line.source && one.sha256 === line.report_sha256) ?? report)?.start;
  const where = report ? `${reportName(report)} ${yearName(report)}` : line.source;
  return el("tr", {},
    el("td", {}, report ? el("button", { type: "button", class: "link", onclick: () => openReport(report.number, offset) }, tame(where)) : [tame(where), " ", el("span", { class: "chip warn" }, t("not_in_page"))]),
    el("td", {}, tame(line.text)), el("td", {}, columnWord(line.column)),
    el("td", {}, el("del", {}, tame(codeWord(line.column, line.old)) || t("nothing"))), el("td", {}, el("ins", {}, tame(codeWord(line.column, line.new)) || t("nothing"))),
    el("td", {}, tame(line.reason)), el("td", {}, el("button", { type: "button", class: "link", onclick: () => corrections.remove(line) }, t("undo"))));
}

/** Those that want a look come first; the order of the file holds among equals. */
const BY_NEED = ["refused", "orphaned", "moved", "applied", "no_longer_needed"];

function outcomeNode(line) {
  const report = reports[line.report];
  const where = report ? `${reportName(report)} ${yearName(report)}` : line.source ?? "";
  return el("tr", { "data-outcome": line.outcome },
    el("td", {}, el("span", { class: BY_NEED.indexOf(line.outcome) < 2 ? "chip warn" : "chip" }, codeWord("outcome", line.outcome))), el("td", {}, grouped(String(line.number))),
    el("td", {}, report ? el("button", { type: "button", class: "link", onclick: () => openReport(line.report, line.fact ?? null) }, tame(where)) : tame(where)),
    el("td", {}, tame(line.text)), el("td", {}, columnWord(line.column)),
    el("td", {}, el("del", {}, tame(codeWord(line.column, line.old)) || t("nothing"))), el("td", {}, el("ins", {}, tame(codeWord(line.column, line.new)) || t("nothing"))),
    el("td", {}, tame(line.why?.[currentLanguage()])), el("td", {}, tame(line.reason)));
}

/** What this run did with the corrections that were handed in; nothing where there were none. */
function outcomes() {
  const lines = [...page.corrections].sort((a, b) => BY_NEED.indexOf(a.outcome) - BY_NEED.indexOf(b.outcome) || a.number - b.number);
  if (lines.length === 0) return null;
  const counts = BY_NEED.map((outcome) => [outcome, lines.filter((line) => line.outcome === outcome).length]).filter(([, count]) => count);
  const heads = [columnWord("outcome"), columnWord("number"), t("report"), columnWord("text"), t("column"), t("old"), t("new"), columnWord("why"), t("reason")];
  return el("section", { class: "outcomes" }, el("h2", {}, t("handed_in")),
    el("p", { class: "chips" }, counts.map(([outcome, count]) => el("span", { class: "chip" }, `${codeWord("outcome", outcome)} ${grouped(String(count))}`))),
    el("div", { class: "scroller" }, el("table", { class: "plain" }, el("thead", {}, el("tr", {}, heads.map((words) => el("th", { scope: "col" }, words)))),
      el("tbody", {}, lines.map(outcomeNode)))));
}

/** Draws the list of corrections, and below it what became of those handed in. */
export function showChanges(main) {
  const lines = corrections.all();
  main.replaceChildren(el("div", { class: "sheet" },
    el("h1", {}, t("corrections")), el("p", {}, t("corrections_how", { file: FILE })), el("p", {}, el("code", {}, `taizhang run … --out … --corrections ${FILE}`)),
    kept && corrections.isKept() ? null : el("p", { class: "warning", role: "alert" }, t("not_kept")),
    el("p", { class: "buttons" },
      el("button", { type: "button", class: "primary", id: "save", disabled: lines.length === 0, onclick: save }, t("save", { count: grouped(String(lines.length)) })),
      el("label", { class: "button" }, t("load"), el("input", { type: "file", class: "away", accept: ".jsonl", onchange: load })),
      el("button", { type: "button", disabled: lines.length === 0, onclick: () => confirm(t("clear_sure", { count: lines.length })) && corrections.clear() }, t("clear"))),
    lines.length === 0 ? el("p", { class: "empty" }, t("no_corrections")) : el("div", { class: "scroller" }, el("table", { class: "plain" },
      el("thead", {}, el("tr", {}, [t("report"), columnWord("text"), t("column"), t("old"), t("new"), t("reason"), ""].map((words) => el("th", { scope: "col" }, words)))),
      el("tbody", {}, lines.map(lineNode)))), outcomes()));
}
