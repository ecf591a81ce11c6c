"use strict";
// The desk by keyboard: "/" searches, and so does a number; "j" and "k" go down and up the list, Enter opens, "t" takes what is open, "n" opens the next one after what was done. All of it can be done without.
const find = document.getElementById("find"), menu = document.querySelector(".menu");
const move = by => {
  const rows = [...document.querySelectorAll(".queue a.go")];
  const here = Math.max(rows.indexOf(document.activeElement), rows.findIndex(row => row.ariaCurrent && !rows.includes(document.activeElement)));
  rows[Math.min(Math.max(here + by, 0), rows.length - 1)]?.focus();
};
const keys = {
  "/": () => find.select(),
  j: () => move(1),
  k: () => move(-1),
  t: () => document.querySelector("[data-key=t]")?.click(),
  n: () => document.querySelector("[data-key=n]")?.click(),
};
document.addEventListener("keydown", event => {
  if (event.key === "Escape" && menu?.open) { menu.open = false; menu.firstElementChild.focus(); }
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.matches("input, textarea, select")) return;
  if (/^[+\d]$/.test(event.key)) find.select(); // a number is read out: it goes where it is looked for, with this digit
  if (!keys[event.key]) return;
  event.preventDefault();
  keys[event.key]();
});
document.addEventListener("click", event => { if (menu?.open && !menu.contains(event.target)) menu.open = false; });

// From the search box the arrows go through what is suggested, and Escape puts it away.
find.form.addEventListener("keydown", event => {
  const links = [...document.querySelectorAll("#suggested a")], at = links.indexOf(document.activeElement);
  if (!links.length || !["Escape", "ArrowDown", "ArrowUp"].includes(event.key)) return;
  event.preventDefault();
  if (event.key === "ArrowDown") links[Math.min(at + 1, links.length - 1)].focus();
  else (event.key === "ArrowUp" && links[at - 1] || find).focus();
  if (event.key === "Escape") document.getElementById("suggested").replaceChildren();
});
