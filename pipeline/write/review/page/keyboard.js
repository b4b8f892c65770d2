// Keys, and the page that lists them.
import { stepCell } from "./comparison.js";
import { chooseDoubt, stepDoubt } from "./doubtlist.js";
import { el } from "./dom.js";
import { edit, isEditing } from "./inspector.js";
import { here, leaveTrail, openReport, showView, step, VIEWS } from "./navigation.js";
import { opened, stepFact } from "./reading.js";
import { t } from "./words.js";

const KEYS = [
  ["j  k", "key_step"], ["[  ]", "key_report"], ["n  p", "key_trail"], ["Enter", "key_open"], ["e", "key_edit"], ["/", "key_search"], ["g", "key_go"],
  ["1 … 5", "key_views"], ["t", "key_theme"], ["Esc", "key_back"], ["?", "key_help"],
];
let help = null;

export function showHelp() {
  help?.remove();
  help = document.body.appendChild(el("dialog", { "aria-label": t("keys") },
    el("h2", {}, t("keys")), el("dl", { class: "keys" }, KEYS.map(([keys, words]) => [el("dt", {}, el("kbd", {}, keys)), el("dd", {}, t(words))])),
    el("form", { method: "dialog" }, el("button", { class: "primary" }, t("close")))));
  help.showModal();
}

function forward(by) {
  if (here.view === "doubts") stepDoubt(by);
  else if (here.view === "comparison") stepCell(by, 0);
  else if (here.view === "reports") stepFact(by);
}

/** Back out of what is open: a form, what led here, a field. */
function back() {
  if (isEditing()) edit(false);
  else if (document.activeElement?.matches("input, select, textarea")) document.activeElement.blur();
  else if (here.trail) leaveTrail();
  else if (opened.fact) openReport(opened.reading.report.number);
}

/** Listens to the whole page. `actions`: what only the frame can do. */
export function listen(actions) {
  const does = {
    j: () => forward(1), k: () => forward(-1), "]": () => actions.stepReport(1), "[": () => actions.stepReport(-1), n: () => step(1), p: () => step(-1),
    Enter: () => here.view === "doubts" && chooseDoubt(), e: () => here.view === "reports" && edit(true), "/": () => actions.focusSearch(), g: () => actions.focusGo(),
    t: () => actions.turnTheme(), "?": showHelp, ...Object.fromEntries(VIEWS.map((view, at) => [String(at + 1), () => showView(view)])),
  };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || document.querySelector("dialog[open]")) return;
    if (event.key === "Escape") {
      back();
      return;
    }
    if (event.target.matches("input, select, textarea") || !(event.key in does)) return;
    if (event.key === "Enter" && event.target.closest("button, a, mark, [role=button], [role=gridcell], summary")) return;
    event.preventDefault();
    does[event.key]();
  });
}
