// htmx: CSRF header, progress line, and failures that say what to do.
import { csrf, say } from "./page.js";
import { toast } from "./toast.js";

const busy = document.getElementById("busy");
let running = 0;

document.addEventListener("htmx:configRequest", (event) => {
  if (event.detail.verb !== "get") event.detail.headers["X-CSRFToken"] = csrf();
});
document.addEventListener("htmx:beforeRequest", () => {
  running += 1;
  setTimeout(() => busy?.classList.toggle("on", running > 0), 250); // quick answers need no progress line
});
document.addEventListener("htmx:afterRequest", () => {
  running = Math.max(0, running - 1);
  if (!running) busy?.classList.remove("on");
});
document.addEventListener("htmx:responseError", (event) => {
  const answer = event.detail.xhr;
  if (answer.status === 401) return toast({ text: say("signed_out"), kind: "error" });
  toast({ text: problem(answer) || say(answer.status === 403 ? "forbidden" : "failed"), kind: "error" });
});
document.addEventListener("htmx:sendError", (event) => {
  if (!event.detail.elt.closest("[data-outbox], [data-quiet]")) toast({ text: say("offline"), kind: "error" });
});

/** The message of a problem+json answer or of our error header. */
export function problem(answer) {
  if (!(answer.getResponseHeader("Content-Type") || "").includes("json")) return "";
  try {
    const body = JSON.parse(answer.responseText);
    return body.detail || body.message || body.title || "";
  } catch {
    return "";
  }
}
