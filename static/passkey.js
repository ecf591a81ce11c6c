"use strict";
// Asks the browser for a passkey, and sends what it says with the form. Without this script the form stays hidden: an app works without it.
// A second tap sends nothing: it would carry the cookie of before, and the answer to it would take back the one that signs in.
const bytes = text => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), letter => letter.charCodeAt(0));
const text = buffer => btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
const named = list => list?.map(one => ({...one, id: bytes(one.id)}));

const ask = async (how, options) => {
  const publicKey = {...options, challenge: bytes(options.challenge), excludeCredentials: named(options.excludeCredentials), allowCredentials: named(options.allowCredentials)};
  if (publicKey.user) publicKey.user = {...publicKey.user, id: bytes(publicKey.user.id)};
  const made = await navigator.credentials[how]({publicKey}), response = {};
  for (const part of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"])
    if (made.response[part]) response[part] = text(made.response[part]);
  return JSON.stringify({id: made.id, rawId: text(made.rawId), type: made.type, response});
};

let sent = false;
addEventListener("pageshow", () => { sent = false; });
addEventListener("submit", event => {
  if (event.defaultPrevented) return;
  if (sent) event.preventDefault();
  sent = true;
});

for (const box of window.PublicKeyCredential ? document.querySelectorAll("[data-passkey]") : []) {
  const form = box.querySelector("form"), error = box.querySelector(".error");
  box.hidden = false;
  form.addEventListener("submit", event => {
    if (form.credential.value) return;
    event.preventDefault();
    error.hidden = true;
    ask(box.dataset.passkey, JSON.parse(box.dataset.options)).then(answer => {
      form.credential.value = answer;
      form.requestSubmit();
    }, () => { error.hidden = false; });
  });
}
