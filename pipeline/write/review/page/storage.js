// What stays in this browser between visits. A browser may forbid that for files; then the page works on and says so.

const PREFIX = "taizhang.";

/** Whether the browser keeps anything for this page. */
export const kept = (() => {
  try {
    localStorage.setItem(`${PREFIX}probe`, "1");
    localStorage.removeItem(`${PREFIX}probe`);
    return true;
  } catch {
    return false;
  }
})();

export function preference(name) {
  return kept ? localStorage.getItem(PREFIX + name) : null;
}

/** Keeps `value`; false where there is no room or no leave for it. */
export function setPreference(name, value) {
  if (!kept) return false;
  try {
    localStorage.setItem(PREFIX + name, value);
    return true;
  } catch {
    return false;
  }
}
