// select[data-pick] of a long list gets a field above it: what is typed asks the server, and the select shows what was found.
import { element, say } from "./page.js";

const LONG = 20; // shorter lists are found by looking

function enhance(select) {
  if (select.dataset.picking || select.options.length <= LONG) return;
  select.dataset.picking = "true";
  const field = element("input", { type: "search", class: "input picker", placeholder: say("by_name"), "aria-label": say("by_name"), autocomplete: "off" });
  let timer = 0;
  field.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(() => find(select, field.value.trim()), 200);
  });
  field.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.isComposing) event.preventDefault(); // it searches; it does not save
    if (event.key === "ArrowDown") select.focus();
  });
  select.before(field);
}

async function find(select, text) {
  const answer = await fetch(`${select.dataset.pick}?q=${encodeURIComponent(text)}`, { headers: { Accept: "application/json" } });
  if (!answer.ok) return;
  const { items } = await answer.json();
  const blank = [...select.options].filter((option) => option.value === "");
  select.replaceChildren(...blank, ...items.map((item) => element("option", { value: item.value }, item.text)));
  if (text && items.length) select.value = items[0].value;
  select.dispatchEvent(new Event("change", { bubbles: true }));
}

document.addEventListener("htmx:load", (event) => event.target.querySelectorAll("select[data-pick]").forEach(enhance));
document.querySelectorAll("select[data-pick]").forEach(enhance);
