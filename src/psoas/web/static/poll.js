// A part of the page that changes while work is under way: asked for again, and put in its place.
"use strict";
(() => {
  const EVERY_MS = 700;
  let asking = true;
  const again = async () => {
    const part = document.querySelector("[data-poll='1']");
    asking = !!part;
    if (!part) return;
    try {
      const answer = await fetch(part.dataset.from || location.href, { cache: "no-store", headers: { "Psoas-Quiet": "1" } });
      const found = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("[data-poll]");
      // Not where another answer was asked for while this one was on its way.
      if (found && part.isConnected && (found.dataset.from || "") === (part.dataset.from || "")) renew(part, found);
    } catch {
      // The server is away: asked again at the next turn.
    }
    setTimeout(again, EVERY_MS);
  };
  // A page that asks for another part while it stays open says so.
  document.addEventListener("poll", () => asking || again());
  // Words and numbers change where they stand, so that the focus stays and a screen reader hears the change only.
  const renew = (part, found) => {
    if (found.innerHTML === part.innerHTML && found.dataset.poll === part.dataset.poll) return;
    const status = part.querySelector("[role=status]");
    const bar = part.querySelector("progress");
    const label = part.querySelector("label");
    const to = found.querySelector("progress");
    if (found.dataset.poll !== "1" || !bar || !to || !!part.querySelector("button") !== !!found.querySelector("button")) {
      part.replaceWith(document.importNode(found, true));
      document.dispatchEvent(new Event("renewed"));
      return;
    }
    const says = found.querySelector("[role=status]").textContent;
    if (status.textContent !== says) status.textContent = says;
    label.firstChild.textContent = found.querySelector("label").firstChild.textContent;
    bar.value = to.value;
  };
  setTimeout(again, EVERY_MS);
})();
