// Passkeys: the browser's ceremony around a form that says `data-passkey="create"` or `"get"`.
const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));
const text = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");

function asked(options) {
  const key = { ...options.publicKey, challenge: bytes(options.publicKey.challenge) };
  if (key.user) key.user = { ...key.user, id: bytes(key.user.id) };
  for (const list of ["excludeCredentials", "allowCredentials"])
    if (key[list]) key[list] = key[list].map((one) => ({ ...one, id: bytes(one.id) }));
  return { publicKey: key };
}

function answered(credential) {
  const told = {};
  for (const part of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"])
    if (credential.response[part]) told[part] = text(credential.response[part]);
  return { type: credential.type, id: credential.id, rawId: text(credential.rawId), response: told, clientExtensionResults: credential.getClientExtensionResults() };
}

for (const form of document.querySelectorAll("[data-passkey]"))
  form.querySelector("[data-passkey-go]").addEventListener("click", async () => {
    const options = JSON.parse(document.getElementById("passkey-options").textContent);
    try {
      const credential = await navigator.credentials[form.dataset.passkey](asked(options));
      form.elements.credential.value = JSON.stringify(answered(credential));
      form.submit();
    } catch {
      form.querySelector("[data-passkey-error]").hidden = false;
    }
  });
