// The comparison: towns down, indicators across. Only the rows in sight are drawn.
import { comparison, indicators } from "./data.js";
import { el, tame } from "./dom.js";
import { shows } from "./filters.js";
import { cellWords } from "./inspector.js";
import { follow, openReport } from "./navigation.js";
import { preference, setPreference } from "./storage.js";
import { codeWord, currentLanguage, grouped, hedged, stateWord, t, unitWord } from "./words.js";

/** As in the style: the height of a row, the width of an indicator's column and of the columns before them. */
const ROW = 38;
const COLUMN = 104;
const LEAD = 340;
const used = indicators.map((_, position) => comparison.some((row) => row.cells[position]));
let onlyUsed = preference("columns") !== "all";
let sort = { position: null, down: true };
let rows = [];
let positions = [];
let at = { row: 0, column: 0 };
let table = null;
let box = null;
let drawn = "";

const rowName = (row) => `${row.label} ${row.year ?? t("year_unknown")}`;

/** Follows a cell to its evidence; a cell that nothing is said for leads to its report. */
export function openCell(row, position) {
  const cell = row.cells[position];
  const indicator = indicators[position];
  if (!cell) {
    openReport(row.reports[0]);
    return;
  }
  const places = cell.facts.length ? cell.facts : cell.spans ?? [];
  follow({ title: `${rowName(row)} · ${indicator[currentLanguage()]}`, words: cellWords(cell, indicator), places, report: row.reports[0] });
}

function cellNode(row, index, position, column) {
  const cell = row.cells[position];
  const state = cell?.state ?? "not_mentioned";
  const words = cell?.value === undefined ? (cell ? stateWord(state) : "·") : hedged(cell);
  return el("td", {
    role: "gridcell", class: cell?.value === undefined ? "state" : "figure", "data-state": state, "data-hedged": cell?.bound ? true : null, "data-row": index, "data-column": column,
    "aria-label": `${rowName(row)} ${indicators[position][currentLanguage()]}: ${cell ? cellWords(cell, indicators[position]) : stateWord(state)}`,
    "aria-colindex": column + 4, tabIndex: index === at.row && column === at.column ? 0 : -1, title: cell ? cellWords(cell, indicators[position]) : stateWord(state),
  }, words);
}

function rowNode(row, index) {
  return el("tr", { role: "row", "aria-rowindex": index + 2 },
    el("th", { scope: "row", class: "town", "data-row": index, title: [row.province, row.city, row.county, row.town ?? row.label].filter(Boolean).join(" ") }, tame(row.label)),
    el("td", { class: "year", "data-basis": row.year_basis }, row.year ?? "?"),
    el("td", { class: "lead" }, [codeWord("period", row.period), codeWord("org", row.org)].filter(Boolean).join(" · ")),
    positions.map((position, column) => cellNode(row, index, position, column)));
}

function show() {
  const first = Math.max(0, Math.floor(box.scrollTop / ROW) - 6);
  const last = Math.min(rows.length, Math.ceil((box.scrollTop + box.clientHeight) / ROW) + 6);
  const now = `${first}-${last}-${at.row}-${at.column}`;
  if (now === drawn) return;
  drawn = now;
  const held = table.contains(document.activeElement);
  const space = (count) => el("tr", { class: "space", "aria-hidden": "true" }, el("td", { colspan: positions.length + 3 }));
  const above = space();
  const below = space();
  above.firstChild.style.height = `${first * ROW}px`;
  below.firstChild.style.height = `${(rows.length - last) * ROW}px`;
  table.tBodies[0].replaceChildren(above, ...rows.slice(first, last).map((row, index) => rowNode(row, first + index)), below);
  if (held) table.querySelector('td[tabindex="0"]')?.focus({ preventScroll: true });
}

/** By an indicator: rows with a figure first, the rest in their order. */
function sorted(found) {
  if (sort.position === null) return found;
  const value = (row) => row.cells[sort.position]?.value;
  const sign = sort.down ? -1 : 1;
  return [...found].sort((a, b) => (value(a) === undefined) - (value(b) === undefined) || sign * (Number(value(a) ?? 0) - Number(value(b) ?? 0)));
}

function sortBy(position) {
  if (sort.position === position && !sort.down) sort = { position: null, down: true };
  else sort = { position, down: sort.position !== position };
}

function headNode(redraw) {
  const ordered = (position) => sort.position !== position ? "none" : sort.down ? "descending" : "ascending";
  return el("thead", {}, el("tr", { role: "row" },
    el("th", { scope: "col", class: "town" }, t("town")), el("th", { scope: "col", class: "year" }, t("year")), el("th", { scope: "col", class: "lead" }, t("period")),
    positions.map((position) => el("th", { scope: "col", "aria-sort": ordered(position) },
      el("button", { type: "button", title: t("sort"), onclick: () => { sortBy(position); redraw(); } },
        indicators[position][currentLanguage()], el("small", {}, unitWord(indicators[position].unit)))))));
}

function bring(row, column) {
  at = { row: Math.max(0, Math.min(rows.length - 1, row)), column: Math.max(0, Math.min(positions.length - 1, column)) };
  const head = table.tHead.offsetHeight;
  const top = at.row * ROW;
  if (top < box.scrollTop) box.scrollTop = top;
  else if (top + ROW + head > box.scrollTop + box.clientHeight) box.scrollTop = top + ROW + head - box.clientHeight;
  show();
  const cell = table.querySelector('td[tabindex="0"]');
  cell?.focus({ preventScroll: true });
  cell?.scrollIntoView({ block: "nearest", inline: "center" });
}

/** Moves the focus by rows and columns. */
export function stepCell(down, right) {
  if (!table?.contains(document.activeElement)) bring(at.row, at.column);
  else bring(at.row + down, at.column + right);
}

function pressed(event) {
  const move = { ArrowDown: [1, 0], ArrowUp: [-1, 0], ArrowRight: [0, 1], ArrowLeft: [0, -1], PageDown: [12, 0], PageUp: [-12, 0], Home: [0, -999], End: [0, 999] }[event.key];
  if (!event.target.closest("td[data-column]") || event.ctrlKey || event.metaKey || event.altKey) return;
  if (move) bring(at.row + move[0], at.column + move[1]);
  else if (event.key === "Enter" && rows[at.row]) openCell(rows[at.row], positions[at.column]);
  else return;
  event.preventDefault();
}

function clicked(event) {
  const cell = event.target.closest("[data-row]");
  if (!cell) return;
  const row = rows[Number(cell.dataset.row)];
  if (cell.dataset.column === undefined) openReport(row.reports[0]);
  else {
    at = { row: Number(cell.dataset.row), column: Number(cell.dataset.column) };
    openCell(row, positions[at.column]);
  }
}

function key() {
  return el("div", { class: "legend" }, ["plan_only", "masked", "conflict", "not_mentioned"].map((state) =>
    el("span", { class: "key" }, el("i", { class: "swatch", "data-state": state }), stateWord(state))), el("span", { class: "key" }, t("hedge_key")));
}

let scrolled = [0, 0];

/** Draws the comparison of the reports that the filters let through. */
export function showComparison(main) {
  const redraw = () => showComparison(main);
  if (box && main.contains(box)) scrolled = [box.scrollTop, box.scrollLeft];
  rows = sorted(comparison.filter((row) => row.reports.some(shows)));
  positions = indicators.map((_, position) => position).filter((position) => used[position] || !onlyUsed);
  at = { row: Math.max(0, Math.min(at.row, rows.length - 1)), column: Math.max(0, Math.min(at.column, positions.length - 1)) };
  table = el("table", { role: "grid", "aria-rowcount": rows.length + 1, "aria-colcount": positions.length + 3, "aria-label": t("comparison") }, headNode(redraw), el("tbody"));
  table.style.width = `${LEAD + positions.length * COLUMN}px`;
  box = el("div", { class: "grid", onscroll: show, onkeydown: pressed, onclick: clicked }, table);
  drawn = "";
  main.replaceChildren(el("div", { class: "bar" },
    el("h1", {}, t("comparison")), el("span", { class: "count" }, t("rows", { count: grouped(String(rows.length)) })), key(),
    el("label", { class: "key" }, el("input", {
      type: "checkbox", checked: onlyUsed, onchange: (event) => {
        onlyUsed = event.target.checked;
        setPreference("columns", onlyUsed ? "used" : "all");
        redraw();
      },
    }), t("only_used"))), rows.length ? box : el("p", { class: "empty" }, t("nothing_found")));
  [box.scrollTop, box.scrollLeft] = scrolled;
  show();
}

new ResizeObserver(() => {
  if (box?.isConnected) show();
}).observe(document.documentElement);
