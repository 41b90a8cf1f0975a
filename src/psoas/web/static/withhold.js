// Nothing to exercise now: copies of the plan that this browser keeps for when the server is away go as well.
"use strict";
(async () => {
  if (!("caches" in window)) return;
  const person = location.pathname.split("/").slice(0, 3).join("/") + "/";
  const pages = await caches.open("psoas-pages");
  for (const { url } of await pages.keys()) {
    const path = new URL(url).pathname;
    if (path.startsWith(person) && /^(plan\/|week\/.*)?$/.test(path.slice(person.length))) await pages.delete(url);
  }
})();
