// Corrections: one a column of a fact or of a report, known by the report's text and the fact's place in it.
import { reportOfHash, reports } from "./data.js";
import { preference, setPreference } from "./storage.js";

export const FACT_COLUMNS = ["value", "low", "high", "bound", "unit", "edtf", "kind", "status", "scope", "object", "activity", "indicator"];
export const REPORT_COLUMNS = ["town", "county", "city", "province", "year", "period", "org"];
/** Said of `kind`: a numeral that is no figure. */
export const NOT_A_FACT = "not_a_fact";
const KEYS = ["source", "report_sha256", "text", "sentence", "start", "column", "old", "new", "reason"];
const PLACE = "corrections";

/** By key; a line whose report the page does not hold is kept too, so that saving loses nothing. */
const made = new Map();
const listeners = new Set();
let unsaved = false;
let lastKept = true;

/** Byte-equal reports share their corrections; offsets count from where the report begins, wherever that is in its source. */
function keyOf(line) {
  const report = reportOfHash(line.report_sha256);
  const from = report ? (reports.find((one) => one.source === line.source && one.sha256 === line.report_sha256) ?? report).start : 0;
  const offset = line.text === "" && REPORT_COLUMNS.includes(line.column) ? "" : line.start - from;
  return `${line.report_sha256}|${offset}|${line.column}`;
}

const isLine = (line) => line !== null && typeof line === "object" && KEYS.every((key) => key === "start" ? Number.isInteger(line.start) : typeof line[key] === "string");

function restore() {
  try {
    for (const line of JSON.parse(preference(PLACE) ?? "[]")) if (isLine(line)) made.set(keyOf(line), line);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error; // what another program left there is no correction
  }
}
restore();

function changed() {
  lastKept = setPreference(PLACE, JSON.stringify([...made.values()]));
  for (const listener of listeners) listener();
}

export const onCorrections = (listener) => listeners.add(listener);
export const isUnsaved = () => unsaved;
export const isKept = () => lastKept;
export const all = () => [...made.values()];
export const clear = () => {
  made.clear();
  unsaved = false;
  changed();
};
export const remove = (line) => {
  made.delete(keyOf(line));
  unsaved = made.size > 0;
  changed();
};

const written = (value) => value === undefined || value === null ? "" : String(value);
const keyIn = (report, fact, column) => `${report.sha256}|${fact ? fact.start : ""}|${column}`;

/** What was corrected of a fact, or of a report where there is no fact: column → line. */
export function of(report, fact = null) {
  const found = {};
  for (const column of fact ? FACT_COLUMNS : REPORT_COLUMNS) {
    const line = made.get(keyIn(report, fact, column));
    if (line) found[column] = line;
  }
  return found;
}

/** Whether a run has applied it: the column says what it asks for. */
export const isApplied = (line, subject) => line.new === written(subject[line.column]) || (line.new === NOT_A_FACT && subject.kind === "name");

/** Whether anything of a report was corrected. */
export function touches(report) {
  for (const key of made.keys()) if (key.startsWith(`${report.sha256}|`)) return true;
  return false;
}

/** Sets the columns of a fact, or of a report where `fact` is null, to `values`; one that is as it was read is no correction. */
export function correct(report, fact, values, reason) {
  for (const [column, value] of Object.entries(values)) {
    const old = written(fact ? fact[column] : report[column]);
    const key = keyIn(report, fact, column);
    if (written(value) === old) made.delete(key);
    else {
      made.set(key, {
        source: report.source, report_sha256: report.sha256, text: fact?.text ?? "", sentence: fact?.sentence ?? "",
        start: fact ? report.start + fact.start : 0, column, old, new: written(value), reason,
      });
    }
  }
  unsaved = made.size > 0;
  changed();
}

/** All corrections as JSON lines, in the order of their places. */
export function asFile() {
  unsaved = false;
  const order = (line) => [line.source, String(line.start).padStart(12, "0"), line.column].join("\u0000");
  const lines = all().sort((a, b) => (order(a) < order(b) ? -1 : 1));
  return lines.map((line) => `${JSON.stringify(Object.fromEntries(KEYS.map((key) => [key, line[key]])))}\n`).join("");
}

/** Adds the lines of a file; a line wins over what is there. Gives how many were read, how many could not be. */
export function addFile(content) {
  let read = 0;
  let left = 0;
  for (const text of content.replace(/^\ufeff/, "").split("\n").filter((line) => line.trim())) {
    let line = null;
    try {
      line = JSON.parse(text);
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
    }
    if (isLine(line)) {
      made.set(keyOf(line), line);
      read += 1;
    } else left += 1;
  }
  changed();
  return { read, left };
}
