// Small things: copy, tabs inside a page, file drop, choosing the columns, forms that submit themselves, the whole of a cut text.
import { on, say } from "./page.js";
import { toast } from "./toast.js";

on("click", "[data-copy]", async (event, button) => {
  await navigator.clipboard?.writeText(button.dataset.copy);
  toast({ text: say("copied") });
});

on("click", "[data-tab]", (event, tab) => {
  const name = tab.dataset.tab;
  const group = tab.closest("[data-tabs]") || document;
  for (const other of group.querySelectorAll("[data-tab]")) {
    other.setAttribute("aria-selected", String(other === tab));
    other.classList.toggle("on", other === tab);
  }
  for (const panel of group.querySelectorAll("[data-tab-panel]")) panel.toggleAttribute("data-away", !panel.dataset.tabPanel.split(" ").includes(name));
});

for (const type of ["dragover", "dragleave", "drop"]) {
  on(type, "[data-drop]", (event, area) => {
    event.preventDefault();
    area.classList.toggle("over", type === "dragover");
    if (type !== "drop" || !event.dataTransfer.files.length) return;
    const input = area.querySelector("input[type=file]");
    input.files = event.dataTransfer.files;
    input.dispatchEvent(new Event("change", { bubbles: true }));
  });
}
on("change", "[data-drop] input[type=file]", (event, input) => {
  const names = [...input.files].map((file) => file.name).join(", ");
  if (names) input.closest("[data-drop]").querySelector("[data-drop-name]").textContent = names;
});

document.addEventListener("submit", (event) => {
  const host = event.target.closest("[data-columns]");
  if (!host) return;
  const chosen = [...host.querySelectorAll(".sorted input:checked")].map((box) => box.value);
  event.target.elements.namedItem("columns").value = chosen.join(",");
}, true);

on("change", "[data-autosubmit]", (event, control) => control.form?.requestSubmit());
on("click", "[data-print]", () => print());

// A text that does not fit says the whole of itself on hover.
on("pointerover", ".cut, .chip .v, td, dd, dt, h1, h2", (event, cut) => {
  if (cut.scrollWidth > cut.clientWidth && !cut.closest("[title]") && !cut.querySelector("[title]")) cut.title = cut.textContent.trim();
});

// A row of pages that is wider than the phone starts at the one that is open.
document.querySelector('.settings > nav [aria-current="page"]')?.scrollIntoView({ block: "nearest", inline: "center" });
