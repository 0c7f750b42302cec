// The composer that is always ready: one field, the rest folds out; its text survives a reload and a dropped network.
import { draft, keepDraft, waiting } from "./outbox.js";

export default () => ({
  open: false,
  waiting: false,

  init() {
    this.$refs.text.value = draft(this.$el.dataset.draft);
    this.waiting = waiting().some((one) => one.url === this.$el.getAttribute("action"));
    this.typed();
    const form = this.$el;
    form.addEventListener("zhike:kept", () => this.clear(true));
    form.addEventListener("htmx:afterRequest", (event) => {
      if (event.target === form && event.detail.successful) this.clear(false);
    });
    document.addEventListener("zhike:outbox", (event) => (this.waiting = this.waiting && event.detail > 0));
  },
  pick() {
    const button = this.$event.currentTarget;
    this.$refs.kind.value = button.dataset.kind;
    for (const other of button.parentElement.children) {
      other.classList.toggle("on", other === button);
      other.setAttribute("aria-pressed", String(other === button));
    }
    this.open = true;
    this.$refs.text.focus();
    this.$root.dispatchEvent(new CustomEvent("zhike:kind", { bubbles: true, detail: button.dataset.kind }));
  },
  typed() {
    const text = this.$refs.text.value;
    keepDraft(this.$root.dataset.draft, text);
    const ready = text.trim() !== "";
    this.$refs.button.disabled = !ready;
    this.$refs.button.classList.toggle("pri", ready);
  },
  unfold() {
    this.open = true;
  },
  save() {
    this.$event.preventDefault();
    if (this.$refs.text.value.trim()) this.$root.requestSubmit();
  },
  sending() {
    this.$refs.button.disabled = true; // a second press must not send twice; typed() or clear() frees it
    setTimeout(() => this.typed(), 1500);
  },
  clear(kept) {
    this.$refs.text.value = "";
    this.waiting = kept || this.waiting;
    this.open = false;
    for (const row of this.$root.querySelectorAll("[data-guess]")) row.replaceChildren();
    for (const field of this.$root.querySelectorAll(".more input:not([type=hidden]):not([type=checkbox]), .more textarea")) field.value = "";
    this.typed();
  },
});
