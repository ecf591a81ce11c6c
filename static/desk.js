"use strict";
const find = document.getElementById("find");
const suggested = () => [...document.querySelectorAll("#suggested a")];

// A keyboard's "/" goes to the search box, from wherever nothing is typed.
document.addEventListener("keydown", event => {
  if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || event.target.matches("input, textarea, select")) return;
  event.preventDefault();
  find.select();
});

// From there the arrows go through what is suggested, and Escape puts it away.
find.form.addEventListener("keydown", event => {
  const links = suggested(), at = links.indexOf(document.activeElement);
  if (event.key === "Escape") document.getElementById("suggested").replaceChildren();
  else if (event.key === "ArrowDown") links[Math.min(at + 1, links.length - 1)]?.focus();
  else if (event.key === "ArrowUp") (links[at - 1] ?? find).focus();
  else return;
  if (event.key === "Escape" || links.length) event.preventDefault();
  if (event.key === "Escape") find.focus();
});
