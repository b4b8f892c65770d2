// The words of the page in the language chosen, and how numbers are shown.
import { activities, indicators, page } from "./data.js";
import { preference, setPreference } from "./storage.js";

let language = preference("language") ?? page.language;
if (!(language in page.words)) language = page.language;

export const currentLanguage = () => language;

export function setLanguage(chosen) {
  language = chosen;
  setPreference("language", chosen);
  document.documentElement.lang = chosen;
  document.title = t("title");
}

/** The text `key` of the page, its {…} filled in. */
export function t(key, values = {}) {
  return page.words[language].page[key].replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
}

export const stateWord = (state) => page.words[language].states[state];
export const doubtWord = (kind) => page.words[language].doubt_kinds[kind] ?? kind;
/** What an indicator's unit is called. */
export const unitWord = (unit) => page.words[language].units[unit] ?? unit;
export const columnWord = (name) => page.words[language].columns[name] ?? name;

/** What a code in a column is called: `done` of `status`; `9_months` of `period`. Unknown codes stay. */
export function codeWord(column, value) {
  if (value === undefined || value === null || value === "") return "";
  if (column === "kind" && value === "not_a_fact") return t("not_a_fact");
  if (column === "indicator") return indicators.find((one) => one.code === value)?.[language] ?? value;
  if (column === "activity") return activities.find((one) => one.code === value)?.[language] ?? value;
  const words = page.words[language].codes[column] ?? {};
  const months = /^(\d+)_months$/.exec(value);
  return months && words.months ? words.months.replace("{count}", months[1]) : words[value] ?? value;
}

/** A decimal with commas between thousands; it stays text, so that no digit is lost. */
export function grouped(number) {
  const [, sign, whole, rest] = /^(-?)(\d+)(.*)$/.exec(number) ?? [null, "", number, ""];
  return sign + whole.replace(/\B(?=(\d{3})+$)/g, ",") + rest;
}

const SIGNS = { "=": "", "~": "≈", ">": ">", ">=": "≥", "<": "<", "<=": "≤" };

/** A number with its hedge in front; a range as its two ends. */
export function hedged({ value, low, high, bound }) {
  if (low !== undefined && high !== undefined && low !== high) return `${grouped(low)}–${grouped(high)}`;
  if (value !== undefined && value !== null) return (SIGNS[bound] ?? "") + grouped(value);
  if (low !== undefined) return `≥${grouped(low)}`;
  return high === undefined ? "" : `≤${grouped(high)}`;
}

/** What a fact says, in short: its number with unit and denominator, or its date. */
export function said(fact) {
  const number = hedged(fact);
  if (!number) return fact.edtf ?? "";
  const sign = { up: "↑ ", down: "↓ " }[fact.change] ?? "";
  const unit = (fact.unit ?? "") + (fact.per ? `/${fact.per}` : "");
  return sign + number + (/^[%‰]/.test(unit) || !unit ? unit : ` ${unit}`);
}

/** A short number for an axis: 1.2万, 12K. */
export const short = (number) => new Intl.NumberFormat(language, { notation: "compact", maximumFractionDigits: 1 }).format(number);

/** Evidence without its offsets: 十七大 of 十七大@3420-3423. */
export const unplaced = (text) => text.replace(/@\d+-\d+/g, "");

/** A report's place in a few words: town and year, or what is known. */
export function reportName(report) {
  return report.town ?? report.title ?? `${report.source.split("/").at(-1)}${report.part ? ` #${report.part}` : ""}`;
}

export function yearName(report) {
  if (report.year) return String(report.year);
  if (!report.year_min && !report.year_max) return t("year_unknown");
  return report.year_min === report.year_max ? String(report.year_min) : `${report.year_min ?? ""}–${report.year_max ?? ""}`;
}
