// The records opened last in this browser, as addresses only: the server names those that the reader may see.
const KEY = "opened";
const MOST = 8;
const CARD = /^\/[a-z-]+\/[0-9a-f-]{36}\/$/;

export function opened(address) {
  if (!CARD.test(address || "")) return;
  const held = lately().filter((one) => one !== address);
  localStorage.setItem(KEY, [address, ...held].slice(0, MOST).join(" "));
}
export const lately = () => (localStorage.getItem(KEY) || "").split(" ").filter((one) => CARD.test(one));

if (document.getElementById("palette")) opened(location.pathname);
else localStorage.removeItem(KEY); // nobody is signed in here: the next person starts afresh
