// Which reports are shown: one set of filters for the list, the comparison, the doubts and the charts.
import * as corrections from "./corrections.js";
import { comparison, doubts, eachText, reports } from "./data.js";
import { el, options, tame } from "./dom.js";
import { codeWord, t } from "./words.js";

export const filters = { query: "", town: "", year: "", org: "", state: "" };
const listeners = new Set();
export const onFilters = (listener) => listeners.add(listener);

/** Per report: how many cells it fills, how many doubts it has, and states by which it can be looked for. */
export const tallies = reports.map(() => ({ cells: 0, doubts: 0, states: new Set() }));
for (const row of comparison) {
  for (const cell of Object.values(row.cells)) {
    for (const number of row.reports) tallies[number].states.add(cell.state);
    if (cell.state === "value") for (const number of new Set(cell.facts.map(([report]) => report))) tallies[number].cells += 1;
  }
}
for (const doubt of doubts) {
  if (doubt.report === undefined) continue;
  tallies[doubt.report].doubts += 1;
  tallies[doubt.report].states.add("doubt").add(doubt.kind);
}
for (const report of reports) {
  if (report.duplicate_of) tallies[report.number].states.add("copy");
  if (report.template_of) tallies[report.number].states.add("template");
}

const heads = reports.map((report) =>
  [report.title, report.province, report.city, report.county, report.town, report.source, report.report_id].filter(Boolean).join("\n").toLowerCase());
let inTexts = { query: "", found: new Set(), done: true };

export const townName = (report) => [report.county, report.town].filter(Boolean).join(" ");

/** Whether the page shows a report. */
export function shows(number) {
  const report = reports[number];
  if (filters.town && townName(report) !== filters.town) return false;
  if (filters.year && String(report.year ?? "") !== filters.year) return false;
  if (filters.org && report.org !== filters.org) return false;
  if (filters.state === "corrected" ? !corrections.touches(report) : filters.state && !tallies[number].states.has(filters.state)) return false;
  const query = filters.query.trim().toLowerCase();
  return !query || heads[number].includes(query) || (inTexts.query === query && inTexts.found.has(number));
}

function notify() {
  for (const listener of listeners) listener();
}

/** Looks for the query in the texts, pack by pack; a new query stops the old search. */
async function searchTexts() {
  const query = filters.query.trim().toLowerCase();
  inTexts = { query, found: new Set(), done: !query };
  if (!query) return;
  const search = inTexts;
  await eachText((number, text) => {
    if (text.toLowerCase().includes(query)) search.found.add(number);
  }, () => search !== inTexts);
  if (search !== inTexts) return;
  search.done = true;
  notify();
}

let waiting = 0;

function setQuery(query) {
  filters.query = query;
  inTexts = { query: "", found: new Set(), done: false };
  clearTimeout(waiting);
  waiting = setTimeout(searchTexts, 200);
  notify();
}

export const isSearching = () => !inTexts.done;

function set(name, value) {
  filters[name] = value;
  notify();
}

export function clearFilters() {
  Object.assign(filters, { query: "", town: "", year: "", org: "", state: "" });
  inTexts = { query: "", found: new Set(), done: true };
  notify();
}

const distinct = (values) => [...new Set(values.filter((value) => value !== null && value !== undefined && value !== ""))];
const STATES = ["doubt", "conflict", "masked", "plan_only", "check_fails", "repaired", "unread", "place_unknown", "year_unknown", "copy", "template", "corrected"];

/** The search box and the selects. */
export function filterBar() {
  const towns = distinct(reports.map(townName)).sort((a, b) => a.localeCompare(b, "zh"));
  const years = distinct(reports.map((report) => report.year)).sort((a, b) => b - a).map(String);
  const orgs = distinct(reports.map((report) => report.org)).sort();
  const select = (name, pairs) => el("select", { "aria-label": t(`filter_${name}`), "data-filter": name, onchange: (event) => set(name, event.target.value) },
    options([["", t(`filter_${name}`)], ...pairs], filters[name]));
  return el("div", { class: "filters", role: "search" },
    el("input", {
      type: "search", id: "search", placeholder: t("search"), "aria-label": t("search"), value: filters.query, autocomplete: "off", spellcheck: "false",
      oninput: (event) => setQuery(event.target.value),
    }),
    el("div", { class: "selects" },
      select("town", towns.map((town) => [town, tame(town)])),
      select("year", years.map((year) => [year, year])),
      select("org", orgs.map((org) => [org, codeWord("org", org)])),
      select("state", STATES.map((state) => [state, t(`state_${state}`)]))));
}
