// ⌘K: asks the server while typing (a fragment of links with role=option), arrows choose, Enter opens.
import { element, on, say } from "./page.js";

const palette = document.getElementById("palette");
const input = palette?.querySelector("input");
const found = palette?.querySelector("#found");
const recent = []; // lives in memory only: nothing about customers stays in the browser
let timer = 0;
let asked = 0;

export function openPalette() {
  if (!palette || palette.open) return;
  palette.showModal();
  input.select();
  ask();
}
async function ask() {
  const query = input.value.trim();
  const turn = (asked += 1);
  if (!query) return show(recentLinks());
  const answer = await fetch(`${palette.dataset.url}?q=${encodeURIComponent(query)}`, { headers: { "HX-Request": "true" } }).catch(() => null);
  if (turn !== asked) return; // a later question is on its way
  if (!answer?.ok) return show([element("p", { class: "pad i3" }, say(answer ? "failed" : "offline"))]);
  found.innerHTML = await answer.text(); // rendered and escaped by our own server
  htmx.process(found);
  if (!options().length) show([element("p", { class: "pad i3" }, say("nothing"))]);
  choose(0);
}
function show(nodes) {
  found.replaceChildren(...nodes);
  choose(0);
}
function recentLinks() {
  if (!recent.length) return [];
  return [element("p", { class: "h" }, say("recent")), ...recent.map((one) => element("a", { href: one.href, role: "option" }, one.text))];
}
const options = () => [...found.querySelectorAll("a, button")];
const chosen = () => found.querySelector('[aria-selected="true"]');

function choose(index) {
  options().forEach((option, at) => {
    option.setAttribute("role", "option");
    option.setAttribute("aria-selected", at === index ? "true" : "false");
    option.id ||= `option-${at}`;
    if (at === index) option.scrollIntoView({ block: "nearest" });
  });
  input.setAttribute("aria-activedescendant", chosen()?.id || "");
}
input?.addEventListener("input", () => {
  clearTimeout(timer);
  timer = setTimeout(ask, 90);
});
input?.addEventListener("keydown", (event) => {
  if (event.isComposing) return; // Enter belongs to the input method
  const all = options();
  const at = all.indexOf(chosen());
  if (event.key === "ArrowDown") choose(Math.min(at + 1, all.length - 1));
  else if (event.key === "ArrowUp") choose(Math.max(at - 1, 0));
  else if (event.key === "Enter") chosen()?.click();
  else return;
  event.preventDefault();
});
on("click", "#found a", (event, link) => {
  recent.unshift({ href: link.href, text: link.querySelector("[data-name]")?.textContent || link.textContent.trim() });
  recent.splice(8);
});
on("click", "[data-palette]", openPalette);
