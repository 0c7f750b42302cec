// <details class="menu">: opens without script; here it closes on Escape and outside clicks and takes arrow keys.
import { on } from "./page.js";

const opened = () => document.querySelectorAll("details.menu[open]");

document.addEventListener("click", (event) => {
  for (const menu of opened()) if (!menu.contains(event.target) || event.target.closest("a[href], [data-dialog]")) menu.open = false;
});
export function closeMenus() {
  const any = opened();
  for (const menu of any) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
  return any.length > 0;
}
on("keydown", "details.menu[open]", (event, menu) => {
  if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
  const items = [...menu.querySelectorAll(".menu-box a, .menu-box button, .menu-box input")];
  const at = items.indexOf(document.activeElement);
  const next = event.key === "ArrowDown" ? at + 1 : at - 1;
  items.at(Math.min(next, items.length - 1))?.focus();
  event.preventDefault();
});
