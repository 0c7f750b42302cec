// Dialogs: [data-dialog] marks a link or button whose htmx answer goes into #dialog-body and opens it;
// the server closes it with HX-Trigger: {"zhike:close": null} and asks for fresh lists with "zhike:changed".
import { on } from "./page.js";

const dialog = document.getElementById("dialog");

document.addEventListener("htmx:afterSwap", (event) => {
  if (event.detail.target.id !== "dialog-body" || !dialog) return;
  dialog.classList.toggle("wide", Boolean(dialog.querySelector("[data-wide]")));
  if (!dialog.open && event.detail.target.childElementCount) dialog.showModal();
  const said = dialog.querySelector("form [role=alert]"); // read before the fields
  (refused(dialog) ?? dialog.querySelector("[autofocus], input:not([type=hidden]), select, textarea"))?.focus({ preventScroll: Boolean(said) });
  if (said) dialog.scrollTop = 0;
});
refused(document)?.focus(); // a form that is a page of its own comes back with it
document.addEventListener("zhike:close", () => close(dialog));
document.addEventListener("zhike:kept", (event) => close(event.target.closest("dialog"))); // an entry kept for later is done with
on("click", "[data-close]", (event, button) => {
  const host = button.closest("dialog");
  if (!host) return;
  event.preventDefault();
  close(host);
});
on("click", "dialog", (event, host) => {
  if (event.target === host && !host.querySelector("form")) close(host); // a click beside it; never with a form half filled
});
document.addEventListener("submit", (event) => {
  const host = event.target.closest("dialog"); // a form whose answer is a file leaves the page as it is
  if (host && event.target.matches("[data-file]")) setTimeout(() => close(host), 100);
});
on("click", "[data-help]", () => showHelp());

export function showHelp() {
  document.getElementById("shortcuts")?.showModal();
}
function refused(host) {
  return host.querySelector(".field.bad :is(input, select, textarea):not([type=hidden])");
}
function close(host) {
  if (host?.open) host.close();
}
dialog?.addEventListener("close", () => document.getElementById("dialog-body").replaceChildren());
