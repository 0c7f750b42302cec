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

/** A search above ticks of what it found; what is ticked stays. `show(ids)` puts records there that were chosen before. */
export function ticked(address, label) {
  const list = element("div", { class: "choices" });
  const field = element("input", { type: "search", class: "input picker", placeholder: say("by_name"), "aria-label": label, autocomplete: "off" });
  const root = element("div", { class: "stack", "data-ticked": "" }, field, list);
  const ask = async (query, checked) => {
    const answer = await fetch(`${address}?${query}`, { headers: { Accept: "application/json" } });
    if (!answer.ok) return;
    const kept = [...list.querySelectorAll("label:has(:checked)")];
    const known = new Set(kept.map((one) => one.control.value));
    const found = (await answer.json()).items.filter((item) => !known.has(item.value));
    list.replaceChildren(...kept, ...found.map((item) => element("label", { class: "tick" }, element("input", { type: "checkbox", value: item.value, checked }), item.text)));
  };
  let timer = 0;
  field.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(() => ask(`q=${encodeURIComponent(field.value.trim())}`), 200);
  });
  field.addEventListener("keydown", (event) => event.key === "Enter" && !event.isComposing && event.preventDefault());
  root.show = (ids) => ask(`ids=${ids.map(encodeURIComponent).join(",")}`, true);
  ask("q=");
  return root;
}

document.addEventListener("htmx:load", (event) => event.target.querySelectorAll("select[data-pick]").forEach(enhance));
document.querySelectorAll("select[data-pick]").forEach(enhance);
