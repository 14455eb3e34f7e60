"use strict";
// Keeps a page fresh: on an event (or after a while) it fetches its own address and brings the parts marked data-live up to date.
// Forms stand outside those parts, so nothing that is being typed is lost. Without this file the page reloads itself.
(() => {
  const main = document.getElementById("main");
  const badge = document.getElementById("live");
  const alarm = document.getElementById("alarm");
  if (!main || !badge || !document.querySelector("[data-live]")) {
    if (badge) badge.textContent = "";
    return;
  }
  const QUIET_MS = 15000; // what a page says of silence changes with time alone
  const GAP_MS = 1500; // events come in bursts
  let lastFetch = 0;
  let planned = 0;

  const say = (state, text) => {
    if (state === "lost" && badge.dataset.state !== "lost") alarm.textContent = text; // read aloud once
    if (state === "live") alarm.textContent = "";
    badge.dataset.state = state;
    badge.textContent = text;
  };

  // Replaces only the part that differs: what a person has selected in a text ends where its words end, a minute later too.
  const retell = (old, text) => {
    const before = old.data;
    let begin = 0;
    let end = 0;
    while (begin < Math.min(before.length, text.length) && before[begin] === text[begin]) begin += 1;
    const most = Math.min(before.length, text.length) - begin;
    while (end < most && before[before.length - 1 - end] === text[text.length - 1 - end]) end += 1;
    old.replaceData(begin, before.length - begin - end, text.slice(begin, text.length - end));
  };

  // Changes only what differs, so that a selection, the focus and opened details stay as they are.
  const morph = (old, now) => {
    if (old.nodeName !== now.nodeName || old.id !== now.id) return old.replaceWith(now);
    if (old.nodeType !== Node.ELEMENT_NODE) {
      if (old.nodeValue !== now.nodeValue) retell(old, now.nodeValue);
      return undefined;
    }
    if (old.name === "csrfmiddlewaretoken") return undefined; // the old token is as good
    for (const { name, value } of now.attributes) {
      if (name !== "open" && old.getAttribute(name) !== value) old.setAttribute(name, value);
    }
    for (const { name } of [...old.attributes]) {
      if (name !== "open" && !now.hasAttribute(name)) old.removeAttribute(name);
    }
    const [before, after] = [[...old.childNodes], [...now.childNodes]];
    after.forEach((child, index) => (before[index] ? morph(before[index], child) : old.append(child)));
    before.slice(after.length).forEach((child) => child.remove());
    return undefined;
  };

  const swap = (fresh) => {
    for (const old of document.querySelectorAll("[data-live]")) {
      const now = fresh.getElementById(old.id);
      if (now) morph(old, now);
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
