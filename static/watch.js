"use strict";
// How long a view of a customer's pages still lasts. When it is over, the server says so on the page that comes next; what somebody is typing
// meanwhile stays until they send it, for the server keeps it.
{
  const banner = document.querySelector(".watch");
  new ResizeObserver(() => document.documentElement.style.setProperty("--watch", `${banner.offsetHeight}px`)).observe(banner); // no sheet covers it
  const left = document.querySelector("[data-left]"), ends = Date.now() + Number(left.dataset.left) * 1000;
  let typed = null;
  document.addEventListener("input", event => typed = event.target);
  const tick = () => {
    const seconds = Math.max(0, Math.ceil((ends - Date.now()) / 1000));
    const time = document.createElement("time"), [before, after] = left.dataset.words.split("@");
    time.dateTime = `PT${seconds}S`;
    time.textContent = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
    left.replaceChildren(before, time, after);
    if (seconds === 0 && typed?.isConnected && typed.form?.method === "post") { left.setAttribute("role", "alert"); left.replaceChildren(left.dataset.over); }
    else if (seconds === 0) location.assign(location.pathname + location.search); // not a reload: what was sent is not sent again
    else setTimeout(tick, 1000);
  };
  tick();
}
