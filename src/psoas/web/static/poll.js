// A part of the page that changes while work is under way: asked for again, and put in its place.
"use strict";
(() => {
  const EVERY_MS = 700;
  const again = async () => {
    const part = document.querySelector("[data-poll='1']");
    if (!part) return;
    try {
      const answer = await fetch(location.href, { cache: "no-store", headers: { "Psoas-Quiet": "1" } });
      const found = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("[data-poll]");
      if (found && found.innerHTML !== part.innerHTML) renew(part, found);
    } catch {
      // The server is away: asked again at the next turn.
    }
    setTimeout(again, EVERY_MS);
  };
  // Words and numbers change where they stand, so that the focus stays and a screen reader hears the change only.
  const renew = (part, found) => {
    const status = part.querySelector("[role=status]");
    const bar = part.querySelector("progress");
    const label = part.querySelector("label");
    const to = found.querySelector("progress");
    if (found.dataset.poll !== "1" || !bar || !to || !!part.querySelector("button") !== !!found.querySelector("button")) {
      part.replaceWith(document.importNode(found, true));
      return;
    }
    const says = found.querySelector("[role=status]").textContent;
    if (status.textContent !== says) status.textContent = says;
    label.firstChild.textContent = found.querySelector("label").firstChild.textContent;
    bar.value = to.value;
  };
  setTimeout(again, EVERY_MS);
})();
