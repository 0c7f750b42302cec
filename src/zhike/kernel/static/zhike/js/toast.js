// Toasts, with undo. The server answers with HX-Trigger: {"zhike:toast": {"text": …, "undo": address, "kind": "error"}}.
import { element, on, say } from "./page.js";

const region = document.getElementById("toasts");

export function toast({ text, undo = "", label = "", kind = "", stay = false }) {
  if (!region || !text) return;
  const close = element("button", { type: "button", class: "x", "data-dismiss": true, "aria-label": say("close") }, "×");
  const made = element("div", { class: `toast ${kind}` }, element("span", {}, text));
  if (undo) made.append(element("button", { type: "button", "data-undo": undo }, label || say("undo")));
  made.append(close);
  region.append(made);
  while (region.children.length > 3) region.firstElementChild.remove();
  if (!stay) expire(made, kind === "error" || undo ? 12000 : 5000);
}

/** Goes by itself, but not while somebody points at it or stands in it. */
function expire(made, after) {
  setTimeout(() => (made.matches(":hover, :focus-within") ? expire(made, 2000) : made.remove()), after);
}

document.addEventListener("zhike:toast", (event) => toast(event.detail.value || event.detail));
on("click", "[data-dismiss]", (event, button) => button.closest(".toast").remove());
on("click", "[data-undo]", async (event, button) => {
  event.preventDefault(); // without script its form is sent
  const address = button.dataset.undo;
  button.closest(".toast")?.remove();
  await htmx.ajax("POST", address, { swap: "none" });
  document.body.dispatchEvent(new CustomEvent("zhike:changed", { bubbles: true }));
});
for (const made of region?.children || []) expire(made, made.querySelector("[data-undo]") ? 12000 : 8000);
