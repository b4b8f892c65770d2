// The data in the page: the index is read at once, a pack of texts or facts when one of its reports is asked for.

const block = (id) => document.getElementById(id).textContent;

export const page = JSON.parse(block("index"));
export const { indicators, activities, doubts, comparison } = page;

/** The reports that the page holds, each with its columns and its `number`, which other tables name it by. */
export const reports = page.reports.report_id.map((_, number) => {
  const report = { number };
  for (const [column, values] of Object.entries(page.reports)) report[column] = values[number];
  return report;
});
const numberOf = new Map(reports.map((report) => [report.report_id, report.number]));
const byHash = new Map(reports.map((report) => [report.sha256, report]));

/** The report of an id, or undefined where the page does not hold it. */
export const reportOf = (id) => reports[numberOf.get(id)];
/** A report by the SHA-256 of its text. */
export const reportOfHash = (sha256) => byHash.get(sha256);

/** Report and offset of `report_id` or `report_id:offset`; null where that is no id or the page has no such report. */
export function placeOf(id) {
  const found = /^([0-9a-f]{16}(?:-\d+)?)(?::(\d+))?$/.exec(id.trim());
  const report = found && reportOf(found[1]);
  return report ? { report, offset: found[2] === undefined ? null : Number(found[2]) } : null;
}

async function unpacked(id) {
  const bytes = Uint8Array.from(atob(block(id)), (character) => character.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
  return JSON.parse(await new Response(stream).text());
}

const KEPT_PACKS = 16;
const packs = new Map();

/** A pack by its id; the ones used last stay unpacked. */
function pack(id) {
  const known = packs.get(id) ?? unpacked(id);
  packs.delete(id);
  packs.set(id, known);
  if (packs.size > KEPT_PACKS) packs.delete(packs.keys().next().value);
  return known;
}

function packOf(number) {
  let last = page.packs.length - 1;
  while (page.packs[last] > number) last -= 1;
  return last;
}

/** Where each code point of `text` begins in UTF-16 units, its end included; null where they are the same. 𠮷 takes two units. */
function unitsOf(text) {
  if (!/[\ud800-\udbff]/.test(text)) return null;
  const units = [];
  let at = 0;
  for (const character of text) {
    units.push(at);
    at += character.length;
  }
  units.push(at);
  return units;
}

/** A report opened: its text, its facts in order, its checks. Offsets are code points; `unit` turns one into an index of `text`. */
class Reading {
  constructor(report, text, { checks, ...columns }) {
    this.report = report;
    this.text = text;
    this.units = unitsOf(text);
    this.checks = checks;
    this.facts = (columns.start ?? []).map((_, index) => this.fact(columns, index));
    this.byStart = new Map(this.facts.map((fact) => [fact.start, fact]));
  }

  unit(offset) {
    return this.units === null ? offset : this.units[offset] ?? this.text.length;
  }

  slice(start, end) {
    return this.text.slice(this.unit(start), this.unit(end));
  }

  fact(columns, index) {
    const fact = { index, id: `${this.report.report_id}:${columns.start[index]}` };
    for (const [column, values] of Object.entries(columns)) if (values[index] !== null) fact[column] = values[index];
    fact.text = this.slice(fact.start, fact.end);
    if (Array.isArray(fact.sentence)) fact.sentence = this.slice(fact.sentence[0], fact.sentence[0] + fact.sentence[1]);
    return fact;
  }
}

const readings = new Map();

/** The reading of a report; the same object as long as it is among those used last. */
export async function read(report) {
  const known = readings.get(report.number);
  if (known) return known;
  const number = packOf(report.number);
  const [texts, facts] = await Promise.all([pack(`texts-${number}`), pack(`facts-${number}`)]);
  const at = report.number - page.packs[number];
  const reading = new Reading(report, texts[at], facts[at]);
  readings.set(report.number, reading);
  if (readings.size > KEPT_PACKS) readings.delete(readings.keys().next().value);
  return reading;
}

/** Goes through the texts of all reports, pack by pack: calls `each(number, text)` until `stopped()`. */
export async function eachText(each, stopped) {
  for (const [index, first] of page.packs.entries()) {
    const texts = await unpacked(`texts-${index}`);
    if (stopped()) return;
    texts.forEach((text, at) => each(first + at, text));
  }
}
