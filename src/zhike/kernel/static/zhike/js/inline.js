// Edit in the list: td.editable[data-edit-cell] is replaced by a small form on double click or F2;
// the server answers with the cell again. Enter saves, Escape puts the old cell back; the focus stays on the cell.
import { current, isOpen, open } from "./drawer.js";
import { on } from "./page.js";

const before = new WeakMap();

function edit(cell) {
  if (cell.classList.contains("editing")) return;
  before.set(cell, [...cell.childNodes].map((node) => node.cloneNode(true)));
  cell.classList.add("editing");
  htmx.ajax("GET", cell.dataset.editCell, { target: cell, swap: "innerHTML" }).then(() => {
    const field = cell.querySelector("input:not([type=hidden]), select, textarea");
    if (!field) cell.classList.remove("editing"); // refused: the value stands as it was
    field?.focus();
  });
}
on("dblclick", "td[data-edit-cell]", (event, cell) => {
  event.preventDefault();
  event.stopPropagation();
  edit(cell);
});
on("keydown", "td[data-edit-cell]", (event, cell) => {
  if (event.key === "F2" || (event.key === "Enter" && event.target === cell)) {
    event.preventDefault();
    return edit(cell);
  }
  if (event.key !== "Escape" || !before.has(cell)) return;
  event.preventDefault();
  cell.replaceChildren(...before.get(cell));
  cell.classList.remove("editing");
  cell.focus();
});
on("change", "td.editing select", (event, select) => select.form?.requestSubmit());
on("htmx:afterRequest", "td[data-edit-cell]", (event, cell) => {
  if (!event.detail.successful || event.detail.requestConfig.verb !== "post") return;
  cell.classList.remove("editing");
  if (document.activeElement === document.body) cell.focus(); // its field is gone, the keyboard's place is not
  const row = cell.closest("[data-row]");
  if (isOpen() && row === current()) open(row); // the drawer tells the same
});
