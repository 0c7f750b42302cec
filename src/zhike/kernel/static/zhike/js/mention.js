// @names: [data-mention] holds the address that answers {items: [{text}]}; only colleagues who see the record are offered.
import { on } from "./page.js";

let box = null;
let asked = 0;

on("input", "[data-mention]", async (event, field) => {
  const found = /[@＠]([^\s@＠,，。;；]{0,20})$/.exec(field.value.slice(0, field.selectionStart));
  if (!found) return hide();
  const mine = ++asked;
  const answer = await fetch(`${field.dataset.mention}?q=${encodeURIComponent(found[1])}`, { headers: { Accept: "application/json" } });
  if (!answer.ok || mine !== asked) return;
  show(field, (await answer.json()).items, found[1].length);
});
on("keydown", "[data-mention]", (event) => {
  if (!box) return;
  if (event.key === "Escape") return event.stopPropagation(), hide();
  const items = [...box.children];
  const now = items.findIndex((item) => item.getAttribute("aria-selected") === "true");
  if (event.key === "Enter" || event.key === "Tab") {
    event.preventDefault();
    items[Math.max(now, 0)]?.click();
  } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    event.preventDefault();
    choose(items, (now + (event.key === "ArrowDown" ? 1 : -1) + items.length) % items.length);
  }
});
on("focusout", "[data-mention]", () => setTimeout(hide, 200));

function choose(items, place) {
  items.forEach((item, number) => item.setAttribute("aria-selected", String(number === place)));
}
function show(field, people, typed) {
  hide();
  if (!people.length) return;
  box = document.createElement("div");
  box.className = "menu-box mention";
  box.setAttribute("role", "listbox");
  for (const person of people) {
    const item = document.createElement("button");
    item.type = "button";
    item.setAttribute("role", "option");
    item.textContent = person.text;
    item.addEventListener("mousedown", (event) => event.preventDefault());
    item.addEventListener("click", () => insert(field, person.text, typed));
    box.append(item);
  }
  choose([...box.children], 0);
  field.after(box);
}
function insert(field, name, typed) {
  const end = field.selectionStart;
  field.setRangeText(`${name} `, end - typed, end, "end");
  hide();
  field.focus();
}
function hide() {
  box?.remove();
  box = null;
}
