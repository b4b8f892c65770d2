// The frame of the page: what stands around the views, and what moves between them.
import { showChanges } from "./changelist.js";
import { showCharts } from "./charts.js";
import { showComparison } from "./comparison.js";
import * as corrections from "./corrections.js";
import { page, placeOf, reports } from "./data.js";
import { showDoubts } from "./doubtlist.js";
import { announce, el, RowList, tame } from "./dom.js";
import { clearFilters, filterBar, isSearching, onFilters, shows, tallies } from "./filters.js";
import { showInspector } from "./inspector.js";
import { listen, showHelp } from "./keyboard.js";
import { arrive, here, onMove, openReport, showView, VIEWS } from "./navigation.js";
import { onSelection, showReading } from "./reading.js";
import { preference, setPreference } from "./storage.js";
import { codeWord, currentLanguage, grouped, reportName, setLanguage, t, yearName } from "./words.js";

const REPORT_ROW = 58;
let list = null;
let parts = {};

const preferred = () => preference("theme") ?? (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light");

function applyTheme() {
  document.documentElement.dataset.theme = preferred();
}

function turnTheme() {
  setPreference("theme", preferred() === "dark" ? "light" : "dark");
  applyTheme();
}

function drawReport(report) {
  const { cells, doubts } = tallies[report.number];
  return [
    el("span", { class: "first" }, el("b", {}, tame(reportName(report))), el("span", { class: "when", "data-basis": report.year_basis }, yearName(report)),
      corrections.touches(report) && el("span", { class: "dot", title: t("state_corrected") })),
    el("span", { class: "second" }, tame([codeWord("org", report.org), codeWord("period", report.period), report.source.split("/").at(-1)].filter(Boolean).join(" · "))),
    el("span", { class: "badges" }, cells ? el("span", { title: t("cells_filled") }, grouped(String(cells))) : null,
      doubts ? el("span", { class: "warn", title: t("doubts") }, grouped(String(doubts))) : null),
  ];
}

function showList() {
  const found = reports.filter((report) => shows(report.number));
  list.set(found, found.indexOf(reports[here.report?.number]));
  parts.found.textContent = t("found", { count: grouped(String(found.length)), all: grouped(String(reports.length)) }) + (isSearching() ? ` · ${t("searching")}` : "");
}

function showMain() {
  const { main, panel, tabs } = parts;
  for (const tab of tabs.children) tab.setAttribute("aria-current", tab.dataset.view === here.view ? "page" : "false");
  document.body.dataset.view = here.view;
  document.body.dataset.open = here.report === null ? "list" : "text";
  if (here.view === "reports") showReading(main);
  else ({ comparison: showComparison, doubts: showDoubts, charts: showCharts, corrections: showChanges })[here.view](main);
  showInspector(panel);
}

function moved() {
  document.body.dataset.list = "closed";
  if (here.report !== null) {
    const at = list.items.indexOf(here.report);
    if (at >= 0) list.select(at);
  }
  showMain();
}

function goTo(event) {
  event.preventDefault();
  const place = placeOf(parts.go.value);
  if (place) openReport(place.report.number, place.offset);
  else announce(t("no_such_fact"));
}

function stepReport(by) {
  const next = list.items[list.items.indexOf(here.report) + by];
  if (next) openReport(next.number);
}

function tabCount() {
  const count = corrections.all().length;
  const tab = parts.tabs.querySelector('[data-view="corrections"] .badge');
  tab.textContent = count || "";
}

function frame() {
  const tab = (view) => el("button", { type: "button", "data-view": view, onclick: () => showView(view) }, t(view), el("span", { class: "badge" }));
  parts.tabs = el("nav", { class: "tabs", "aria-label": t("views") }, VIEWS.map(tab));
  parts.go = el("input", { id: "go", placeholder: t("go"), "aria-label": t("go"), autocomplete: "off", spellcheck: "false" });
  parts.main = el("main", { id: "main", tabIndex: -1 });
  parts.panel = el("aside", { id: "panel", "aria-label": t("details"), hidden: true });
  parts.found = el("p", { class: "found", role: "status" });
  list = new RowList({ label: t("reports"), height: REPORT_ROW, draw: drawReport, open: (report) => openReport(report.number), empty: () => t("nothing_found") });
  const other = currentLanguage() === "zh" ? "en" : "zh";
  const { about } = page;
  return [
    el("header", { class: "top" },
      el("button", { type: "button", class: "icon menu", "aria-label": t("reports"), onclick: () => { document.body.dataset.list = document.body.dataset.list === "open" ? "closed" : "open"; } }, "☰"),
      el("strong", { class: "brand" }, t("brand")), parts.tabs,
      el("form", { class: "go", onsubmit: goTo }, parts.go),
      el("button", { type: "button", class: "icon", "aria-label": t("theme"), title: t("theme"), onclick: turnTheme }, "◐"),
      el("button", { type: "button", class: "icon", lang: other, "aria-label": t("other_language"), onclick: () => { setLanguage(other); draw(); } }, t("other_language_short")),
      el("button", { type: "button", class: "icon", "aria-label": t("keys"), title: t("keys"), onclick: showHelp }, "?")),
    page.redacted ? el("p", { class: "warning redacted", role: "note" }, page.redacted[currentLanguage()]) : null,
    about.held < about.reports ? el("p", { class: "warning held", role: "note" }, t("held", { held: grouped(String(about.held)), all: grouped(String(about.reports)) })) : null,
    el("div", { class: "columns" },
      el("aside", { id: "list", "aria-label": t("reports") }, filterBar(),
        el("p", { class: "foundline" }, parts.found, el("button", { type: "button", class: "link", onclick: () => { clearFilters(); draw(); } }, t("clear_filters"))), list.node,
        el("p", { class: "foot" }, t("made_by", about))),
      parts.main, parts.panel),
  ].filter(Boolean);
}

function draw() {
  document.getElementById("app").replaceChildren(...frame());
  tabCount();
  showList();
  moved();
}

function filtered() {
  showList();
  if (here.view !== "reports" && here.view !== "corrections") showMain();
}

applyTheme();
setLanguage(currentLanguage());
onMove(moved);
onFilters(filtered);
onSelection(() => showInspector(parts.panel));
corrections.onCorrections(() => {
  tabCount();
  list.redraw();
  if (here.view === "corrections") showMain();
  else showInspector(parts.panel);
});
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", applyTheme);
addEventListener("hashchange", () => arrive() || announce(t("no_such_fact")));
addEventListener("beforeunload", (event) => {
  if (corrections.isUnsaved() && !corrections.isKept()) event.preventDefault();
});
listen({ stepReport, turnTheme, focusSearch: () => { document.body.dataset.list = "open"; document.getElementById("search").focus(); }, focusGo: () => parts.go.focus() });
if (location.hash.length < 2 && reports.length) here.report = reports[0];
draw();
if (!arrive()) announce(t("no_such_fact"));
