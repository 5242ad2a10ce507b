"use strict";
// Signs in with a passkey, or makes one: fills in the form and sends it. Without this file the code of the app is asked for.
(() => {
  if (!window.PublicKeyCredential) return;
  const decode = (text) =>
    Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (letter) => letter.charCodeAt(0));
  const encode = (buffer) =>
    btoa(Array.from(new Uint8Array(buffer), (byte) => String.fromCharCode(byte)).join(""))
      .replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  const ask = (options) => {
    options.challenge = decode(options.challenge);
    if (!options.user) return navigator.credentials.get({ publicKey: options });
    options.user.id = decode(options.user.id);
    for (const one of options.excludeCredentials || []) one.id = decode(one.id);
    return navigator.credentials.create({ publicKey: options });
  };
  const describe = (credential) => {
    const response = {};
    for (const name of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]) {
      if (credential.response[name]) response[name] = encode(credential.response[name]);
    }
    return JSON.stringify({
      id: credential.id, rawId: encode(credential.rawId), type: credential.type, response,
      clientExtensionResults: {},
    });
  };
  for (const form of document.querySelectorAll("form[data-passkey]")) {
    form.hidden = false;
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      const told = form.querySelector("[data-refused]");
      told.hidden = true;
      try {
        form.elements.passkey.value = describe(await ask(JSON.parse(form.dataset.passkey)));
      } catch {
        told.hidden = false; // dismissed, or none is on this machine
        return;
      }
      form.submit();
    });
  }
})();
