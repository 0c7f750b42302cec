// Selected rows of a list and the bulk bar. Boxes are input[name=ids] in [data-row]; data-sum on a row is added up.
import { on } from "./page.js";

let last = null;
const boxes = () => [...document.querySelectorAll("#list [data-row] input[name=ids]")];
const money = () => new Intl.NumberFormat(document.documentElement.lang, { notation: "compact", maximumFractionDigits: 1 });

export function toggle(row, to) {
  const box = row?.querySelector("input[name=ids]");
  if (!box) return;
  box.checked = to ?? !box.checked;
  refresh();
}
export function clear() {
  const any = boxes().filter((box) => box.checked);
  for (const box of any) box.checked = false;
  refresh();
  return any.length > 0;
}
export function refresh() {
  const all = boxes();
  const chosen = all.filter((box) => box.checked);
  for (const box of all) box.closest("[data-row]").classList.toggle("sel", box.checked);
  const head = document.querySelector("#list [data-select-all]");
  if (head) {
    head.checked = all.length > 0 && chosen.length === all.length;
    head.indeterminate = chosen.length > 0 && chosen.length < all.length;
  }
  const bar = document.getElementById("bulk");
  if (!bar) return;
  bar.hidden = chosen.length === 0;
  bar.querySelector("[data-selected]").textContent = chosen.length;
  const rows = chosen.map((box) => box.closest("[data-row]")).filter((row) => row.dataset.sum);
  const total = rows.reduce((sum, row) => sum + Number(row.dataset.sum), 0);
  bar.querySelector("[data-selected-sum]").textContent = rows.length ? money().format(total) : "";
}
on("click", "#list input[name=ids]", (event, box) => {
  if (event.shiftKey && last) {
    const all = boxes();
    const [from, to] = [all.indexOf(last), all.indexOf(box)].sort((a, b) => a - b);
    for (const one of all.slice(Math.max(from, 0), to + 1)) one.checked = box.checked;
  }
  last = box;
  refresh();
});
on("change", "#list [data-select-all]", (event, head) => {
  for (const box of boxes()) box.checked = head.checked;
  refresh();
});
on("click", "[data-unselect]", clear);
document.addEventListener("htmx:afterSwap", refresh);
document.addEventListener("zhike:changed", () => {
  const list = document.getElementById("list");
  if (list) htmx.ajax("GET", location.href, { target: "#list", swap: "outerHTML", select: "#list" });
});
refresh();
