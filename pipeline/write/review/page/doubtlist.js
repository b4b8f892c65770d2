// The queue of doubts, those first that touch most cells of the comparison.
import { doubts, indicators, reports } from "./data.js";
import { el, RowList, tame } from "./dom.js";
import { shows } from "./filters.js";
import { follow } from "./navigation.js";
import { preference, setPreference } from "./storage.js";
import { currentLanguage, doubtWord, grouped, reportName, t, unplaced, yearName } from "./words.js";

const ROW = 74;
let kind = "";
let list = null;
let shown = [];

/** Doubts that were looked at, by what they are about, not by their number: another run numbers them otherwise. */
const nameOf = (doubt) => [doubt.kind, doubt.report === undefined ? doubt.source : reports[doubt.report].sha256.slice(0, 16), doubt.fact ?? "", doubt.indicator === undefined ? "" : indicators[doubt.indicator].code].join("|");
const seen = new Set((preference("seen") ?? "").split("\n").filter(Boolean));

function setSeen(doubt, is) {
  if (is) seen.add(nameOf(doubt));
  else seen.delete(nameOf(doubt));
  setPreference("seen", [...seen].join("\n"));
}

/** The words in doubt; of a file the reason for which it was not read. */
const wordsOf = (doubt) => unplaced(doubt.told?.[currentLanguage()] ?? doubt.text ?? "");
const indicatorName = (doubt) => doubt.indicator === undefined ? "" : indicators[doubt.indicator][currentLanguage()];

function open(doubt, index) {
  if (doubt.report === undefined) return;
  setSeen(doubt, true);
  const places = doubt.spans ?? (doubt.fact === undefined ? [] : [[doubt.report, doubt.fact]]);
  follow({
    title: `${t("doubt_of", { at: index + 1, count: shown.length })} · ${doubtWord(doubt.kind)}`, words: [indicatorName(doubt), wordsOf(doubt)].filter(Boolean).join(" · "),
    places, report: doubt.report, beyond: (by) => openAt(index + by, by),
  });
}

/** Opens the doubt at an index, or the next one in that direction that is about a report. */
function openAt(index, by) {
  while (shown[index] && shown[index].report === undefined) index += by;
  if (!shown[index]) return;
  list.current = index;
  open(shown[index], index);
}

function draw(doubt) {
  const report = reports[doubt.report];
  return [
    el("span", { class: "effect", title: t("effect") }, doubt.effect ? grouped(String(doubt.effect)) : "–"),
    el("span", { class: "what" },
      el("span", { class: "first" }, el("span", { class: "chip warn", "data-doubt": doubt.kind }, doubtWord(doubt.kind)),
        el("b", {}, tame(report ? `${reportName(report)} ${yearName(report)}` : doubt.source)), el("span", { class: "faint" }, indicatorName(doubt))),
      el("span", { class: "second" }, doubt.text ? el("b", {}, tame(wordsOf(doubt))) : null, " ", tame(doubt.sentence))),
    el("span", { class: "seen", title: t("seen") }, seen.has(nameOf(doubt)) ? "✓" : ""),
  ];
}

export const stepDoubt = (by) => list?.select(list.current + by);
export const chooseDoubt = () => list?.choose(list.current);

/** Draws the doubts about the reports that the filters let through. */
export function showDoubts(main) {
  const passing = doubts.filter((doubt) => doubt.report === undefined || shows(doubt.report));
  const counts = new Map();
  for (const doubt of passing) counts.set(doubt.kind, (counts.get(doubt.kind) ?? 0) + 1);
  if (kind && !counts.has(kind)) kind = "";
  const chip = (value, words, count) => el("button", {
    type: "button", class: "chip", "aria-pressed": String(kind === value), onclick: () => { kind = value; list = null; showDoubts(main); },
  }, `${words} ${grouped(String(count))}`);
  const before = list?.current ?? 0;
  const scroll = list?.node.scrollTop ?? 0;
  shown = passing.filter((doubt) => !kind || doubt.kind === kind);
  list = new RowList({ label: t("doubts"), height: ROW, draw, open, empty: () => t("no_doubts") });
  main.replaceChildren(el("div", { class: "bar" }, el("h1", {}, t("doubts")), el("span", { class: "count" }, t("doubts_order")),
    el("p", { class: "chips" }, chip("", t("all"), passing.length), [...counts].map(([value, count]) => chip(value, doubtWord(value), count)))), list.node);
  list.node.classList.add("doubts");
  list.set(shown, Math.min(before, shown.length - 1));
  list.node.scrollTop = scroll;
  list.show();
}
