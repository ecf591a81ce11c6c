"use strict";
// What markup can't say: open and close the sheet, put the focus somewhere, and own up to what was not sent.
const sheet = document.getElementById("sheet"), dialog = sheet?.closest("dialog"), notice = document.getElementById("notice"), place = notice.parentElement;
const changes = ctx => ctx?.request?.method === "POST";
const opens = ctx => dialog && !dialog.open && ctx?.target === sheet;
let aside = [];
const polls = ctx => ctx?.sourceElement?.matches('[hx-trigger^="every"]');
const on = (name, act) => document.addEventListener(name, event => act(event.detail.ctx, event));
const say = words => {
  const box = document.createElement("div"), text = document.createElement("p");
  box.className = "notice bad";
  text.textContent = notice.dataset[words];
  box.append(text);
  notice.replaceChildren(box);
};

on("htmx:before:request", (ctx, event) => {
  if (changes(ctx)) notice.replaceChildren();
  else if (opens(ctx)) { aside = [...notice.childNodes]; notice.replaceChildren(); } // what was done before is not about this sheet
  else if (polls(ctx) && document.hidden) event.preventDefault(); // nobody looks: don't poll
});
on("htmx:after:swap", ctx => {
  if (dialog && ctx.target === sheet && sheet.childElementCount && !dialog.open) {
    dialog.prepend(notice); // outside, it would be inert: neither clear to see nor read out
    dialog.showModal();
    dialog.scrollTop = 0; // the focus may lie below the heading
  }
  const refused = document.querySelector("[data-refused]")?.dataset.refused;
  if (refused && notice.querySelector(`form[action="${refused}"]`)) notice.replaceChildren(); // it offers to undo what was not done
  if (changes(ctx) && document.activeElement === document.body) document.getElementById(ctx.target?.id)?.focus({preventScroll: true});
});
dialog?.addEventListener("click", event => event.target.closest("[data-close]") && (event.preventDefault(), dialog.close()));
dialog?.addEventListener("close", () => {
  sheet.replaceChildren();
  place.prepend(notice);
  if (!notice.childElementCount) notice.replaceChildren(...aside);
  aside = [];
});

// These answers are not swapped in (see noSwap). An error page of ours brings its notice along, a proxy's doesn't.
on("htmx:response:error", ctx => {
  if (!changes(ctx) || ctx.response.status === 422 || ctx.text.includes('id="notice"')) return;
  say(ctx.response.raw.redirected ? "unseen" : "failed");
});
on("htmx:error", ctx => {
  if (changes(ctx)) say(navigator.onLine ? "unsure" : "offline");
  else if (!polls(ctx) && !navigator.onLine) say("offline");
});

// A number to copy. Without this script it is text that one press selects.
const copies = () => document.querySelectorAll("[data-copy][hidden]").forEach(button => (button.hidden = !navigator.clipboard));
document.addEventListener("click", async event => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  await navigator.clipboard.writeText(button.dataset.copy);
  button.textContent = button.dataset.copied;
});
on("htmx:after:swap", copies);
copies();

// What is looked for stays in the address: reload and Back find it again.
on("htmx:after:swap", ctx => ctx.sourceElement?.matches("form[role=search]") && history.replaceState(null, "", ctx.request.action));
