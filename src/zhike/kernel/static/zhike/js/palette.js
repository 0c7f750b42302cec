// ⌘K: asks the server while typing, and before it for what was opened last (links with role=option); arrows choose, Enter opens.
import { lately } from "./opened.js";
import { element, on, say } from "./page.js";

const palette = document.getElementById("palette");
const input = palette?.querySelector("input");
const found = palette?.querySelector("#found");
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
  const asking = new URLSearchParams(query ? { q: query } : { q: "", opened: lately().join(" ") });
  const answer = await fetch(`${palette.dataset.url}?${asking}`, { headers: { "HX-Request": "true" } }).catch(() => null);
  if (turn !== asked) return; // a later question is on its way
  if (!answer?.ok) return show([element("p", { class: "pad i3" }, say(answer ? "failed" : "offline"))]);
  found.innerHTML = await answer.text(); // rendered and escaped by our own server
  htmx.process(found);
  if (query && !options().length) show([element("p", { class: "pad i3" }, say("nothing"))]);
  choose(0);
}
function show(nodes) {
  found.replaceChildren(...nodes);
  choose(0);
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
on("click", "[data-palette]", openPalette);
