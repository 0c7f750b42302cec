// Order by hand: [data-sortable] lists and the lanes of a board ([data-board], ol[data-lane], li[data-card][data-move]).
// The mouse uses SortableJS, fetched when a page needs it; the keyboard lifts with Space or Enter and moves with arrows.
import { on, say } from "./page.js";
import { toast } from "./toast.js";

async function mount(root) {
  const lists = root.querySelectorAll("[data-sortable]:not([data-ready]), [data-lane]:not([data-ready])");
  if (!lists.length) return;
  if (!window.Sortable) await import("../../vendor/sortable.js");
  for (const list of lists) {
    list.dataset.ready = "1";
    const board = list.matches("[data-lane]");
    window.Sortable.create(list, {
      group: board ? "board" : undefined,
      ...(board ? { draggable: "[data-card]" } : { handle: ".grip" }),
      ghostClass: "ghost",
      dragClass: "drag",
      animation: 120,
      delay: 120,
      delayOnTouchOnly: true,
      onEnd: ({ item, from, to, oldIndex }) => board && from !== to && dropped(item, from, oldIndex),
    });
  }
}

/** Tells the server, whose answer takes the card's place; refused or unheard, the card goes back, and the reason is shown. */
async function dropped(card, from, index) {
  const lane = card.parentElement.dataset.lane;
  const held = document.activeElement === card;
  const asked = { source: card, target: card, swap: "outerHTML", values: { to: lane } };
  await htmx.ajax("POST", card.dataset.move, asked).catch(() => {});
  if (card.isConnected) from.insertBefore(card, from.children[index] || null);
  if (held) document.querySelector(`[data-card][data-id="${card.dataset.id}"]`)?.focus();
  document.dispatchEvent(new CustomEvent("zhike:moved", { detail: { lane } }));
}

let lifted = null;
on("keydown", "[data-card], [data-sortable] .grip", (event, handle) => {
  const item = handle.matches("[data-card]") ? handle : handle.closest("li");
  if (event.target !== handle) return;
  if (event.key === " " || event.key === "Enter") {
    event.preventDefault();
    event.stopPropagation();
    lifted ? drop(item) : lift(item);
  } else if (lifted && event.key.startsWith("Arrow")) {
    event.preventDefault();
    move(item, event.key);
    handle.focus();
  } else if (lifted && event.key === "Escape") {
    event.stopPropagation();
    lifted.from.insertBefore(item, lifted.from.children[lifted.index] || null);
    end(item);
    handle.focus();
  }
});
function lift(item) {
  lifted = { from: item.parentElement, index: [...item.parentElement.children].indexOf(item) };
  item.classList.add("lifted");
  toast({ text: say("lifted") });
}
function drop(item) {
  const { from, index } = lifted;
  end(item);
  if (item.matches("[data-card]") && item.parentElement !== from) dropped(item, from, index);
  else toast({ text: say("dropped") });
}
function end(item) {
  item.classList.remove("lifted");
  lifted = null;
}
function move(item, key) {
  const list = item.parentElement;
  if (key === "ArrowUp") item.previousElementSibling?.before(item);
  else if (key === "ArrowDown") item.nextElementSibling?.after(item);
  else {
    const lanes = [...(item.closest("[data-board]")?.querySelectorAll("[data-lane]") || [])];
    lanes[lanes.indexOf(list) + (key === "ArrowRight" ? 1 : -1)]?.prepend(item);
  }
}
document.addEventListener("htmx:load", (event) => mount(event.detail.elt));
mount(document);
