// Elements. Text enters the document as text only; nothing of a report is ever parsed as markup.

const PROPERTIES = new Set(["value", "checked", "disabled", "hidden", "selected", "tabIndex", "textContent", "open"]);
const SVG = "http://www.w3.org/2000/svg";
/** Controls that would turn or hide the text around them. */
const CONTROLS = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

function fill(node, properties, children) {
  for (const [name, value] of Object.entries(properties)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (PROPERTIES.has(name)) node[name] = value;
    else node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.flat(2).filter((child) => child !== null && child !== undefined && child !== false && child !== ""));
  return node;
}

/** An HTML element: `on…` are listeners, the rest attributes; children are nodes or texts. */
export const el = (name, properties = {}, ...children) => fill(document.createElement(name), properties, children);
/** An SVG element. */
export const svg = (name, properties = {}, ...children) => fill(document.createElementNS(SVG, name), properties, children);
/** Text of a report without what would turn the text around it. */
export const tame = (text) => (text ?? "").replace(CONTROLS, "␦");
export const isControl = (character) => character.search(CONTROLS) === 0;

/** Options of a select, the one of `chosen` selected: pairs of value and words. */
export const options = (pairs, chosen) => pairs.map(([value, words]) => el("option", { value, selected: value === chosen }, tame(words)));

let announcer = null;
let announced = 0;

/** Shows a message for a while, to screen readers too. */
export function announce(text) {
  announcer ??= document.body.appendChild(el("div", { class: "toast", role: "status", "aria-live": "polite" }));
  announcer.textContent = text;
  announcer.classList.add("shown");
  clearTimeout(announced);
  announced = setTimeout(() => announcer.classList.remove("shown"), 4000);
}

let lists = 0;

/** A list of thousands of equally high rows of which only those in sight are drawn; one row is the current one. */
export class RowList {
  /** `draw(item)` gives a row's content, `open(item, index)` is called when one is chosen. */
  constructor({ label, height, draw, open, empty }) {
    Object.assign(this, { height, draw, open, empty, items: [], current: -1, drawn: "", name: `list${(lists += 1)}` });
    this.inner = el("div", { class: "rows" });
    this.node = el("div", {
      class: "rowlist", role: "listbox", tabIndex: 0, "aria-label": label, onscroll: () => this.show(),
      onclick: (event) => this.clicked(event), onkeydown: (event) => this.key(event),
    }, this.inner);
    new ResizeObserver(() => this.show()).observe(this.node);
  }

  set(items, current = -1) {
    this.items = items;
    this.current = current;
    this.drawn = "";
    this.inner.style.height = `${items.length * this.height}px`;
    this.node.classList.toggle("none", items.length === 0);
    this.show();
  }

  redraw() {
    this.drawn = "";
    this.show();
  }

  show() {
    if (this.items.length === 0) {
      this.inner.replaceChildren(el("p", { class: "empty" }, this.empty()));
      this.drawn = "";
      return;
    }
    const first = Math.max(0, Math.floor(this.node.scrollTop / this.height) - 4);
    const last = Math.min(this.items.length, Math.ceil((this.node.scrollTop + this.node.clientHeight) / this.height) + 4);
    const drawn = `${first}-${last}-${this.current}`;
    if (drawn === this.drawn) return;
    this.drawn = drawn;
    this.inner.replaceChildren(...this.items.slice(first, last).map((item, at) => this.row(item, first + at)));
    const active = this.inner.querySelector(".current");
    if (active) this.node.setAttribute("aria-activedescendant", active.id);
    else this.node.removeAttribute("aria-activedescendant");
  }

  row(item, index) {
    const current = index === this.current;
    const row = el("div", {
      class: current ? "row current" : "row", role: "option", id: `${this.name}-${index}`,
      "data-index": index, "aria-selected": String(current), "aria-setsize": this.items.length, "aria-posinset": index + 1,
    }, this.draw(item));
    row.style.top = `${index * this.height}px`;
    row.style.height = `${this.height}px`;
    return row;
  }

  /** Makes a row the current one and brings it into sight. */
  select(index) {
    if (this.items.length === 0) return;
    this.current = Math.max(0, Math.min(this.items.length - 1, index));
    const top = this.current * this.height;
    if (top < this.node.scrollTop) this.node.scrollTop = top;
    else if (top + this.height > this.node.scrollTop + this.node.clientHeight) this.node.scrollTop = top + this.height - this.node.clientHeight;
    this.redraw();
  }

  choose(index) {
    this.select(index);
    if (this.items[this.current] !== undefined) this.open(this.items[this.current], this.current);
  }

  clicked(event) {
    const row = event.target.closest(".row");
    if (row) this.choose(Number(row.dataset.index));
  }

  key(event) {
    const page = Math.max(1, Math.floor(this.node.clientHeight / this.height) - 1);
    const step = { ArrowDown: 1, j: 1, ArrowUp: -1, k: -1, PageDown: page, PageUp: -page, Home: -Infinity, End: Infinity }[event.key];
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (step !== undefined) this.select(this.current + step);
    else if (event.key === "Enter") this.choose(this.current);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }
}
