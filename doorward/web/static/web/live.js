"use strict";
// Keeps a page fresh: on an event (or after a while) it fetches its own address and swaps the parts marked data-live.
// Forms stand outside those parts, so nothing that is being typed is lost. Without this file the page reloads itself.
(() => {
  const main = document.getElementById("main");
  const badge = document.getElementById("live");
  if (!main || !badge || !document.querySelector("[data-live]")) {
    if (badge) badge.textContent = "";
    return;
  }
  const QUIET_MS = 15000; // what a page says of silence changes with time alone
  const GAP_MS = 1500; // events come in bursts
  let lastFetch = 0;
  let planned = 0;

  const say = (state, text) => {
    badge.dataset.state = state;
    if (badge.textContent !== text) badge.textContent = text;
  };

  const bare = (element) => element.innerHTML.replace(/name="csrfmiddlewaretoken" value="[^"]*"/g, "");

  const swap = (fresh) => {
    for (const old of document.querySelectorAll("[data-live]")) {
      const now = fresh.getElementById(old.id);
      if (!now || (bare(now) === bare(old) && now.className === old.className)) continue;
      const open = new Map([...old.querySelectorAll("details[id]")].map((d) => [d.id, d.open]));
      const focused = old.contains(document.activeElement) ? document.activeElement.id : "";
      old.replaceChildren(...now.childNodes);
      old.className = now.className;
      for (const [id, isOpen] of open) {
        const details = document.getElementById(id);
        if (details) details.open = isOpen;
      }
      if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
    }
    document.title = fresh.title;
  };

  const refresh = async () => {
    planned = 0;
    lastFetch = Date.now();
    try {
      const answer = await fetch(location.href, { headers: { "X-Doorward-Live": "1" }, cache: "no-store" });
      if (answer.redirected) return location.reload(); // signed out
      if (!answer.ok) return say("lost", "Doorward cannot read its store; what you see is older.");
      swap(new DOMParser().parseFromString(await answer.text(), "text/html"));
      say("live", "Live. Updated " + new Date().toISOString().slice(11, 19) + ".");
    } catch {
      say("lost", "Connection to Doorward lost; what you see is older. Trying again.");
    }
  };

  const soon = () => {
    if (planned) return;
    planned = setTimeout(refresh, Math.max(0, GAP_MS - (Date.now() - lastFetch)));
  };

  const stream = new EventSource("/events/?after=" + encodeURIComponent(main.dataset.after));
  stream.addEventListener("incident", soon);
  stream.addEventListener("status", soon);
  stream.addEventListener("open", () => say("live", "Live."));
  stream.addEventListener("error", () => say("lost", "Connection to Doorward lost; what you see is older. Trying again."));
  setInterval(() => {
    if (!document.hidden && Date.now() - lastFetch > QUIET_MS) soon();
  }, 5000);
  document.addEventListener("visibilitychange", () => document.hidden || soon());
  addEventListener("pagehide", () => stream.close());
})();
