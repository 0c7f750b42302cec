// Appearance, density: shown at once, kept by the server (POST name=value to the address in data-prefs).
import { csrf, on, say } from "./page.js";
import { forgetEverything, waiting } from "./outbox.js";

on("click", "[data-set]", (event, button) => {
  const { set: name, value } = button.dataset;
  document.documentElement.dataset[name] = value;
  for (const other of button.parentElement.children) other.setAttribute("aria-checked", String(other === button));
  const address = button.closest("[data-prefs]")?.dataset.prefs;
  if (address) fetch(address, { method: "POST", headers: { "X-CSRFToken": csrf() }, body: new URLSearchParams({ [name]: value }) }).catch(() => {});
  document.dispatchEvent(new CustomEvent("zhike:look"));
});
on("submit", "[data-signout]", (event) => {
  if (waiting().length && !confirm(say("unsent"))) return event.preventDefault();
  forgetEverything();
});
