// The keyboard of a list: j k Enter o e x l c ? Escape / and ⌘K. Nothing fires while somebody is typing.
import { typing } from "./page.js";
import * as drawer from "./drawer.js";
import * as selection from "./selection.js";
import { closeMenus } from "./menu.js";
import { showHelp } from "./dialog.js";
import { openPalette } from "./palette.js";

const rows = () => [...document.querySelectorAll("[data-row]")].filter((row) => row.offsetParent !== null);

function step(by) {
  const all = rows();
  if (!all.length) return;
  const at = all.indexOf(drawer.current());
  const row = all[Math.min(Math.max(at + by, 0), all.length - 1)];
  drawer.mark(row, { focus: true });
  if (drawer.isOpen()) drawer.open(row);
}
const go = (address) => address && location.assign(address);
const press = (selector) => document.querySelector(selector)?.click();

const keys = {
  j: () => step(1),
  k: () => step(-1),
  Enter: () => drawer.open(drawer.current()),
  o: () => go(drawer.current()?.dataset.url || document.getElementById("drawer")?.dataset.url),
  e: () => edit(),
  x: () => selection.toggle(drawer.current()),
  l: () => log(),
  c: () => openNew(),
  "?": () => showHelp(),
  "/": () => openPalette(),
  Escape: () => closeMenus() || drawer.close() || selection.clear(),
};
function edit() {
  const address = drawer.current()?.dataset.edit;
  if (address) htmx.ajax("GET", address, { target: "#dialog-body", swap: "innerHTML" });
  else press("[data-key=e]");
}
function log() {
  const field = document.querySelector("#composer textarea");
  if (field) field.focus();
  else press("[data-key=l]");
}
function openNew() {
  const here = document.querySelector("#list [data-key=c]"); // a list makes what it lists
  if (here) return here.click();
  const menu = document.querySelector(".bar details.new");
  if (!menu) return;
  menu.open = true;
  menu.querySelector("a")?.focus();
}

document.addEventListener("keydown", (event) => {
  if ((event.metaKey || event.ctrlKey) && event.key.toLowerCase() === "k") {
    event.preventDefault();
    openPalette();
    return;
  }
  if (event.defaultPrevented || event.metaKey || event.ctrlKey || event.altKey || event.isComposing) return;
  if (document.querySelector("dialog[open]") || typing(event.target)) return;
  const focused = event.target.closest("a, button, summary, [role=button]");
  if (event.key === "Enter" && focused && !focused.matches("[data-row] a.nm")) return; // Enter presses what has the focus
  const act = keys[event.key.length === 1 ? event.key.toLowerCase() : event.key];
  if (!act || (event.key === "Enter" && !drawer.current())) return;
  event.preventDefault();
  act();
});
