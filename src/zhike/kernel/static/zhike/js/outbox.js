// Touches that could not be sent because the network dropped: kept on the device until sent, under an idempotency key so
// that a doubtful one is never booked twice. Drafts live beside them. All of it is one person's and ends with the sign-out.
import { csrf, freshKey, on, say, user } from "./page.js";
import { toast } from "./toast.js";

const BOX = "zhike.outbox";
const DRAFT = "zhike.draft.";

export const waiting = () => read().filter((one) => one.user === user);

function read() {
  try {
    return JSON.parse(localStorage.getItem(BOX) || "[]");
  } catch {
    return [];
  }
}
function write(entries) {
  if (entries.length) localStorage.setItem(BOX, JSON.stringify(entries));
  else localStorage.removeItem(BOX);
  document.dispatchEvent(new CustomEvent("zhike:outbox", { detail: entries.length }));
}
export function forgetEverything() {
  for (const key of Object.keys(localStorage)) if (key.startsWith("zhike.")) localStorage.removeItem(key);
}
export const draft = (key) => localStorage.getItem(`${DRAFT}${user}.${key}`) || "";
export function keepDraft(key, text) {
  if (text) localStorage.setItem(`${DRAFT}${user}.${key}`, text);
  else localStorage.removeItem(`${DRAFT}${user}.${key}`);
}
function keep(form) {
  const body = new URLSearchParams(new FormData(form));
  body.delete("csrfmiddlewaretoken");
  const entry = { user, key: form.dataset.key, url: form.getAttribute("action"), body: String(body), label: form.dataset.label || "" };
  write([...read().filter((one) => one.key !== entry.key), entry]);
  delete form.dataset.key;
  form.dispatchEvent(new CustomEvent("zhike:kept", { bubbles: true }));
  toast({ text: say("kept") });
}

/** Answers that say nothing about the entry itself: signed out, token out of date, too many, server down. */
function later(answer) {
  const json = (answer.headers.get("Content-Type") || "").includes("json");
  const away = answer.redirected || answer.headers.get("HX-Redirect") || answer.status === 401;
  return away || answer.status === 429 || answer.status >= 500 || (answer.status === 403 && !json);
}

let sending = false;
export async function flush() {
  if (sending || !navigator.onLine || !waiting().length) return;
  sending = true;
  let sent = 0;
  for (const entry of waiting()) {
    const headers = { "X-CSRFToken": csrf(), "Idempotency-Key": entry.key, "HX-Request": "true", "Content-Type": "application/x-www-form-urlencoded" };
    const answer = await fetch(entry.url, { method: "POST", headers, body: entry.body }).catch(() => null);
    if (!answer || later(answer)) break;
    write(read().filter((one) => one.key !== entry.key));
    if (answer.ok) sent += 1;
    else {
      keepDraft(entry.url, new URLSearchParams(entry.body).get("text"));
      toast({ text: `${say("refused")} ${entry.label}`, kind: "error", stay: true });
    }
  }
  sending = false;
  if (!sent) return;
  toast({ text: say("sent") });
  document.dispatchEvent(new CustomEvent("zhike:touched", { bubbles: true }));
}

document.addEventListener("htmx:configRequest", (event) => {
  const form = event.detail.elt.closest?.("form[data-outbox]");
  if (!form) return;
  form.dataset.key ||= freshKey();
  event.detail.headers["Idempotency-Key"] = form.dataset.key;
});
document.addEventListener("htmx:sendError", (event) => {
  const form = event.detail.elt.closest("form[data-outbox]");
  if (form) keep(form);
});
on("htmx:afterRequest", "form[data-outbox]", (event, form) => {
  if (event.detail.successful) delete form.dataset.key; // anything else may be sent again under the same key
});
addEventListener("online", flush);
setInterval(flush, 30000);
if (user) {
  write(waiting()); // what another person left on this device is not ours to keep
  flush();
}
