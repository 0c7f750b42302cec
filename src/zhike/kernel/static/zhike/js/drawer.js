// The drawer beside a list: rows carry data-drawer (address of the fragment), data-id and data-url (the full card).
// ?drawer=<id> stands in the address, so that a reload or a shared link shows the same.
import { opened } from "./opened.js";
import { on } from "./page.js";

const TWICE = 260; // milliseconds in which a second click makes the first one the beginning of an edit
const drawer = document.getElementById("drawer");
let waiting = 0;
const stage = document.getElementById("stage");

export const isOpen = () => Boolean(drawer && !drawer.hidden);
export const current = () => document.querySelector("[data-row].cur");

export function mark(row, { focus = false } = {}) {
  for (const other of document.querySelectorAll("[data-row].cur")) other.classList.remove("cur");
  row?.classList.add("cur");
  row?.scrollIntoView({ block: "nearest" });
  if (focus) row?.querySelector("a.nm, a, button")?.focus({ preventScroll: true });
}

export async function open(row) {
  if (!drawer || !row?.dataset.drawer) return;
  mark(row);
  await htmx.ajax("GET", row.dataset.drawer, { target: "#drawer", swap: "innerHTML" });
  drawer.dataset.url = row.dataset.url || "";
  opened(row.dataset.url);
  drawer.dataset.edit = row.dataset.edit || "";
  drawer.hidden = false;
  stage.classList.add("with-drawer");
  remember(row.dataset.id);
  row.scrollIntoView({ block: "nearest" });
}

export function close() {
  if (!isOpen()) return false;
  drawer.hidden = true;
  drawer.replaceChildren();
  stage.classList.remove("with-drawer");
  remember("");
  current()?.querySelector("a")?.focus({ preventScroll: true });
  return true;
}

function remember(id) {
  const address = new URL(location.href);
  if (id) address.searchParams.set("drawer", id);
  else address.searchParams.delete("drawer");
  history.replaceState(history.state, "", address);
}

on("click", "[data-row]", (event, row) => {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
  const inside = event.target.closest("a, button, input, label, select, textarea, summary, td.editing");
  if (inside && !inside.matches("a.nm")) return;
  clearTimeout(waiting);
  if (!row.dataset.drawer || String(getSelection())) return;
  event.preventDefault();
  if (!event.target.closest("[data-edit-cell]")) open(row);
  else if (event.detail < 2) waiting = setTimeout(() => open(row), TWICE);
});
on("dblclick", "[data-row]", (event, row) => {
  if (row.dataset.url && !event.target.closest("input, button, td.editable")) location.assign(row.dataset.url);
});
on("click", "[data-drawer-close]", () => close());

const wanted = new URL(location.href).searchParams.get("drawer");
if (wanted && drawer?.childElementCount) {
  drawer.hidden = false; // the server drew it already
  stage.classList.add("with-drawer");
} else if (wanted) {
  open(document.querySelector(`[data-row][data-id="${CSS.escape(wanted)}"]`));
}
