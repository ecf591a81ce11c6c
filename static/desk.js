"use strict";
// A keyboard's "/" goes to the search box, from wherever nothing is typed.
document.addEventListener("keydown", event => {
  if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || event.target.matches("input, textarea, select")) return;
  event.preventDefault();
  document.getElementById("find").select();
});
