// Where the reader is: the address behind # names a view, a report or a fact, so that links and the way back work.
import { placeOf, reports } from "./data.js";

export const VIEWS = ["reports", "comparison", "doubts", "charts", "corrections"];

/**
 * The view shown, and in the view of reports which report and which of its offsets. `trail` is what led here, a cell or a doubt: its
 * places in order, and which of them is shown.
 */
export const here = { view: "reports", report: null, offset: null, trail: null };
const listeners = new Set();
export const onMove = (listener) => listeners.add(listener);

/** Reads the address; false where it names nothing that the page has. */
export function arrive() {
  const address = decodeURIComponent(location.hash.slice(1));
  const place = placeOf(address);
  const known = place !== null || VIEWS.includes(address) || address === "";
  if (place) Object.assign(here, { view: "reports", report: place.report, offset: place.offset });
  else here.view = VIEWS.includes(address) ? address : "reports";
  for (const listener of listeners) listener();
  return known;
}

function move(address) {
  if (location.hash === `#${address}`) arrive();
  else location.hash = address;
}

export const showView = (view) => move(view);

/** Opens a report, at an offset where one is given. `keepTrail`: what led here stays in sight. */
export function openReport(number, offset = null, keepTrail = false) {
  if (!keepTrail) here.trail = null;
  const id = reports[number].report_id;
  move(offset === null ? id : `${id}:${offset}`);
}

/** Opens the first place of a trail: `{ places: [[report, offset, end?]], at, … }`. */
export function follow(next) {
  here.trail = { at: 0, ...next };
  const [report, offset] = here.trail.places[here.trail.at] ?? [next.report, null];
  openReport(report, offset, true);
}

/** To the next place of the trail, or the one before; behind its end to what it calls its next. */
export function step(by) {
  const { trail } = here;
  if (trail === null) return;
  const at = trail.at + by;
  if (at >= 0 && at < trail.places.length) follow({ ...trail, at });
  else trail.beyond?.(by);
}

export function leaveTrail() {
  here.trail = null;
  for (const listener of listeners) listener();
}
