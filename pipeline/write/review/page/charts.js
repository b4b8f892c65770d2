// An indicator across towns and over years. Hedges are drawn as what they say; what is missing is shown as missing, never as zero.
import { openCell } from "./comparison.js";
import { comparison, indicators } from "./data.js";
import { el, options, svg, tame } from "./dom.js";
import { shows } from "./filters.js";
import { cellWords } from "./inspector.js";
import { codeWord, currentLanguage, hedged, short, stateWord, t, unitWord } from "./words.js";

const BAR = { row: 28, most: 60 };
const LINE = { height: 300, left: 64, top: 18, bottom: 34, strip: 22, most: 8 };
/** What depends on the room: the width of a chart, of names and numbers beside bars and lines, the characters of a name, the years on the axis. */
const WIDE = { width: 860, label: 200, number: 130, name: 17, right: 190, series: 15, years: 14 };
const NARROW = { width: 400, label: 134, number: 74, name: 10, right: 92, series: 6, years: 6 };
const NARROW_BELOW = 620;

let indicator = null;
let year = null;
let more = BAR.most;
let chosen = new Set();
let room = WIDE;
let resized = () => {};
addEventListener("resize", () => resized());

const cellOf = (row) => row.cells[indicator];
const valueOf = (row) => cellOf(row)?.value === undefined ? null : Number(cellOf(row).value);
const seriesKey = (row) => [row.province, row.city, row.county, row.town ?? row.label, row.org, row.period].join("|");
const place = (row) => [row.county, row.town ?? row.label.split("/").at(-1)].filter(Boolean).join(" ");
const settled = (row) => /^\d{4}$/.test(row.year ?? "");

/** The least and the greatest that a figure can be; null where it is open. */
function ends(cell) {
  const value = Number(cell.value);
  const number = (text) => text === undefined ? null : Number(text);
  if (cell.bound === undefined && cell.low === undefined) return [value, value];
  return [number(cell.low), number(cell.high)];
}

/** Round steps from 0 to at least `most`: at most seven of 1, 2 or 5 times a power of ten. */
function steps(most) {
  if (!(most > 0)) return [0, 1];
  const power = 10 ** Math.floor(Math.log10(most));
  const step = [0.1, 0.2, 0.5, 1, 2].map((factor) => factor * power).find((size) => most / size <= 6);
  return Array.from({ length: Math.ceil(most / step - 1e-9) + 1 }, (_, at) => Number((at * step).toPrecision(6)));
}

/** What stands at the end of a bar or at a point: an arrow where the figure may be greater or less, a whisker for a range, waves for about. */
function hedgeMark(cell, x, y, scale, along) {
  if (cell.bound === undefined && (cell.low === undefined || cell.low === cell.high)) return null;
  const [low, high] = ends(cell);
  const at = (value) => (along === "x" ? [scale(value), y] : [x, scale(value)]);
  if (low !== null && high !== null && low !== high) {
    const [[x1, y1], [x2, y2]] = [at(low), at(high)];
    const cap = along === "x" ? [0, 5] : [5, 0];
    return svg("path", { class: "hedge", d: `M${x1} ${y1}L${x2} ${y2}M${x1 - cap[0]} ${y1 - cap[1]}L${x1 + cap[0]} ${y1 + cap[1]}M${x2 - cap[0]} ${y2 - cap[1]}L${x2 + cap[0]} ${y2 + cap[1]}` });
  }
  if (cell.bound === "~") {
    return svg("path", { class: "hedge", d: along === "x" ? `M${x - 6} ${y - 7}q5 3.5 0 7t0 7` : `M${x - 10} ${y}q5 -6 10 0t10 0` });
  }
  const sign = (cell.bound?.startsWith(">") ?? high === null) ? 1 : -1;
  return along === "x"
    ? svg("path", { class: "hedge", d: `M${x} ${y}h${sign * 16}m${-sign * 5} -4l${sign * 5} 4l${-sign * 5} 4` })
    : svg("path", { class: "hedge", d: `M${x} ${y}v${-sign * 18}m-4 ${sign * 5}l4 ${-sign * 5}l4 ${sign * 5}` });
}

function opener(row) {
  return {
    role: "button", tabindex: 0, onclick: () => openCell(row, indicator),
    onkeydown: (event) => {
      if (event.key !== "Enter" && event.key !== " ") return;
      event.preventDefault();
      openCell(row, indicator);
    },
  };
}

function barRow(row, y, scale) {
  const cell = cellOf(row);
  const value = valueOf(row);
  const middle = y + BAR.row / 2;
  const words = cell ? cellWords(cell, indicators[indicator]) : stateWord("not_mentioned");
  const name = year ? place(row) : `${place(row)} ${row.year ?? ""}`;
  const label = svg("text", { class: "name", x: room.label - 10, y: middle, "text-anchor": "end" }, tame(name.length > room.name ? `…${name.slice(1 - room.name)}` : name));
  const parts = [svg("title", {}, `${tame(name)} ${row.year ?? ""}: ${words}`), svg("rect", { class: "hit", x: 0, y, width: room.width, height: BAR.row }), label];
  if (value === null) {
    parts.push(svg("line", { class: "missing", x1: room.label, x2: room.label + 26, y1: middle, y2: middle }),
      svg("text", { class: "state", x: room.label + 34, y: middle }, stateWord(cell?.state ?? "not_mentioned")));
  } else {
    const end = scale(value);
    const reach = Math.max(end, cell.high === undefined ? end : scale(Number(cell.high)));
    const open = cell.bound?.startsWith("<");
    parts.push(svg("rect", { class: open ? "bar open" : "bar", x: room.label, y: y + 5, width: Math.max(2, end - room.label), height: BAR.row - 10, rx: 2 }),
      hedgeMark(cell, end, middle, scale, "x"), svg("text", { class: "number", x: reach + (cell.bound?.startsWith(">") && cell.high === undefined ? 24 : 8), y: middle }, hedged(cell)));
  }
  return svg("g", { class: "item", ...opener(row), "aria-label": `${tame(name)}: ${words}` }, parts.filter(Boolean));
}

function grid(values, scale, top, bottom) {
  return values.map((value) => svg("g", { class: "tick" }, svg("line", { x1: scale(value), x2: scale(value), y1: top, y2: bottom }),
    svg("text", { x: scale(value), y: top - 5, "text-anchor": "middle" }, short(value))));
}

/** Figures first, the greatest on top; then what is missing, by the reason for it. */
function ranked(rows) {
  const order = ["conflict", "masked", "plan_only", "not_mentioned"];
  const rank = (row) => valueOf(row) === null ? 1 + order.indexOf(cellOf(row)?.state ?? "not_mentioned") : 0;
  return [...rows].sort((a, b) => rank(a) - rank(b) || (valueOf(b) ?? 0) - (valueOf(a) ?? 0));
}

function townChart(rows, redraw) {
  const all = ranked(rows);
  const shown = all.slice(0, more);
  const most = Math.max(0, ...shown.map((row) => (valueOf(row) === null ? 0 : Math.max(valueOf(row), Number(cellOf(row).high ?? 0)))));
  const values = steps(most);
  const scale = (value) => room.label + (value / values.at(-1)) * (room.width - room.label - room.number);
  const top = 24;
  const height = top + shown.length * BAR.row + 6;
  const chart = svg("svg", { viewBox: `0 0 ${room.width} ${height}`, class: room === NARROW ? "chart narrow" : "chart", role: "group", "aria-label": t("across_towns") },
    grid(values, scale, top, height - 6), shown.map((row, at) => barRow(row, top + at * BAR.row, scale)));
  const given = all.filter((row) => valueOf(row) !== null).length;
  return el("section", { class: "figure-box" }, el("h2", {}, t("across_towns")), el("p", { class: "faint" }, t("given", { given, rows: all.length })),
    all.length ? el("div", { class: "scroller" }, chart) : el("p", { class: "empty" }, t("nothing_found")),
    all.length > more ? el("button", { type: "button", onclick: () => { more += BAR.most; redraw(); } }, t("show_more", { count: all.length - more })) : null);
}

/** Series of one town, organisation and period each, those that tell most first. */
function allSeries(rows) {
  const found = new Map();
  for (const row of rows.filter(settled)) {
    const key = seriesKey(row);
    if (!found.has(key)) found.set(key, { key, name: place(row), about: [codeWord("period", row.period), codeWord("org", row.org)].filter(Boolean).join(" · "), rows: [] });
    found.get(key).rows.push(row);
  }
  const all = [...found.values()];
  for (const series of all) {
    if (all.some((other) => other !== series && other.name === series.name)) series.full = `${series.name} ${series.about}`;
  }
  const told = (series) => series.rows.filter((row) => valueOf(row) !== null).length;
  return all.sort((a, b) => told(b) - told(a) || b.rows.length - a.rows.length);
}

function seriesNodes(series, at, x, y) {
  const points = series.rows.filter((row) => valueOf(row) !== null).sort((a, b) => a.year - b.year);
  const line = points.map((row, index) => {
    const gap = index > 0 && Number(row.year) - Number(points[index - 1].year) > 1;
    return { d: `${x(row.year)} ${y(valueOf(row))}`, gap };
  });
  const segments = line.slice(1).map((point, index) => svg("path", { class: point.gap ? "line gap" : "line", d: `M${line[index].d}L${point.d}` }));
  return svg("g", { class: `series s${at}` }, segments, points.map((row) => {
    const cell = cellOf(row);
    return svg("g", { class: "item", ...opener(row), "aria-label": `${tame(series.name)} ${row.year}: ${cellWords(cell, indicators[indicator])}` },
      svg("title", {}, `${tame(series.name)} ${row.year}: ${cellWords(cell, indicators[indicator])}`), hedgeMark(cell, x(row.year), y(valueOf(row)), y, "y"),
      svg("circle", { class: cell.bound ? "point open" : "point", cx: x(row.year), cy: y(valueOf(row)), r: 4.5 }));
  }));
}

/** Names at the ends of the lines, moved apart where they would touch. */
function endLabels(drawn, x, y, last) {
  const labels = drawn.map((series, at) => {
    const row = series.rows.filter((one) => valueOf(one) !== null).sort((a, b) => a.year - b.year).at(-1);
    return row && { at, name: series.full ?? series.name, y: y(valueOf(row)) };
  }).filter(Boolean).sort((a, b) => a.y - b.y);
  labels.forEach((label, index) => {
    if (index > 0) label.y = Math.max(label.y, labels[index - 1].y + 15);
  });
  return labels.map((label) => svg("text", { class: `name s${label.at}`, x: x(last) + 14, y: label.y }, tame(label.name.length > room.series ? `…${label.name.slice(1 - room.series)}` : label.name)));
}

/** Below the lines a strip a series: a sign per year says whether there is a figure, why not, or that there is no report. */
function strip(series, at, years, x, top) {
  const of = new Map(series.rows.map((row) => [Number(row.year), row]));
  return svg("g", { class: `strip s${at}` }, svg("text", { class: "name", x: LINE.left - 30, y: top, "text-anchor": "end" }, tame(series.name.slice(-4))), years.map((one) => {
    const row = of.get(one);
    const state = row ? cellOf(row)?.state ?? "not_mentioned" : "none";
    const sign = { value: "●", conflict: "≠", masked: "▒", plan_only: "○", not_mentioned: "–", none: "" }[state];
    return svg("text", { x: x(one), y: top, "text-anchor": "middle", "data-state": state }, sign, svg("title", {}, `${one}: ${row ? stateWord(state) : t("no_report")}`));
  }));
}

function yearChart(rows, redraw) {
  const all = allSeries(rows);
  const picked = all.filter((series) => chosen.has(series.key));
  const drawn = (picked.length ? picked : all).slice(0, LINE.most);
  const years = drawn.flatMap((series) => series.rows.map((row) => Number(row.year)));
  if (years.length === 0) return el("section", { class: "figure-box" }, el("h2", {}, t("over_years")), el("p", { class: "empty" }, t("nothing_found")));
  const [first, last] = [Math.min(...years), Math.max(...years)];
  const span = Array.from({ length: last - first + 1 }, (_, at) => first + at);
  const values = steps(Math.max(0, ...drawn.flatMap((series) => series.rows.map((row) => Math.max(valueOf(row) ?? 0, Number(cellOf(row)?.high ?? 0))))));
  const plot = room.width - LINE.left - room.right;
  const x = (one) => LINE.left + (last === first ? 0.5 : (Number(one) - first) / (last - first)) * plot;
  const y = (value) => LINE.height - LINE.bottom - (value / values.at(-1)) * (LINE.height - LINE.top - LINE.bottom);
  const height = LINE.height + drawn.length * LINE.strip + 8;
  const labelled = span.filter((one) => span.length <= room.years || (one - first) % Math.ceil(span.length / room.years) === 0);
  const chart = svg("svg", { viewBox: `0 0 ${room.width} ${height}`, class: room === NARROW ? "chart narrow" : "chart", role: "group", "aria-label": t("over_years") },
    values.map((value) => svg("g", { class: "tick" }, svg("line", { x1: LINE.left, x2: LINE.left + plot, y1: y(value), y2: y(value) }),
      svg("text", { x: LINE.left - 8, y: y(value), "text-anchor": "end" }, short(value)))),
    labelled.map((one) => svg("text", { class: "axis", x: x(one), y: LINE.height - LINE.bottom + 20, "text-anchor": "middle" }, String(one))),
    drawn.map((series, at) => seriesNodes(series, at, x, y)), endLabels(drawn, x, y, last),
    drawn.map((series, at) => strip(series, at, span, x, LINE.height + 14 + at * LINE.strip)));
  const toggle = (series) => {
    if (chosen.has(series.key)) chosen.delete(series.key);
    else chosen.add(series.key);
    redraw();
  };
  return el("section", { class: "figure-box" }, el("h2", {}, t("over_years")), el("p", { class: "faint" }, t("years_key")),
    el("div", { class: "scroller" }, chart),
    el("p", { class: "chips", role: "group", "aria-label": t("choose_towns") }, all.slice(0, 40).map((series) => el("button", {
      type: "button", class: "chip", "aria-pressed": String(drawn.includes(series)), title: series.about, onclick: () => toggle(series),
    }, tame(series.full ?? series.name)))));
}

function asTable(rows) {
  return el("details", { class: "figure-box" }, el("summary", {}, t("as_table")), el("table", { class: "plain" },
    el("thead", {}, el("tr", {}, [t("town"), t("year"), indicators[indicator][currentLanguage()]].map((words) => el("th", { scope: "col" }, words)))),
    el("tbody", {}, ranked(rows).slice(0, 500).map((row) => el("tr", {}, el("td", {}, tame(place(row))), el("td", {}, row.year ?? ""),
      el("td", {}, cellOf(row) ? cellWords(cellOf(row), indicators[indicator]) : stateWord("not_mentioned")))))));
}

/** The indicator with most figures, to begin with. */
function fullest() {
  const counts = indicators.map((_, position) => comparison.filter((row) => row.cells[position]?.value !== undefined).length);
  return counts.indexOf(Math.max(...counts));
}

function newest(rows) {
  const counts = new Map();
  for (const row of rows) if (row.year) counts.set(row.year, (counts.get(row.year) ?? 0) + (valueOf(row) === null ? 0 : 1));
  return [...counts].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? 1 : -1))[0]?.[0] ?? "";
}

/** Draws the charts of the reports that the filters let through. */
export function showCharts(main) {
  const redraw = () => showCharts(main);
  room = main.clientWidth < NARROW_BELOW ? NARROW : WIDE;
  resized = () => main.querySelector(".charts") && (main.clientWidth < NARROW_BELOW) !== (room === NARROW) && redraw();
  indicator ??= fullest();
  const rows = comparison.filter((row) => row.reports.some(shows));
  const years = [...new Set(rows.map((row) => row.year).filter(Boolean))].sort().reverse();
  if (year === null || (year !== "" && !years.includes(year))) year = newest(rows);
  const scroll = main.querySelector(".charts")?.scrollTop ?? 0;
  const page = el("div", { class: "charts" },
    el("div", { class: "bar" }, el("h1", {}, t("charts")),
      el("select", { "aria-label": t("indicator"), id: "indicator", onchange: (event) => { indicator = Number(event.target.value); more = BAR.most; redraw(); } },
        options(indicators.map((one, position) => [String(position), `${one[currentLanguage()]} (${unitWord(one.unit)})`]), String(indicator))),
      el("select", { "aria-label": t("year"), id: "year", onchange: (event) => { year = event.target.value; more = BAR.most; redraw(); } },
        options([["", t("all_years")], ...years.map((one) => [one, one])], year)),
      el("span", { class: "faint" }, t("chart_key"))),
    townChart(rows.filter((row) => !year || row.year === year), redraw), yearChart(rows, redraw), asTable(rows.filter((row) => !year || row.year === year)));
  main.replaceChildren(page);
  page.scrollTop = scroll;
}
