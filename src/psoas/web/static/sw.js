// Opens what was loaded before while the server is away. Nothing is fetched from anywhere else.
"use strict";
const PAGES = "psoas-pages";
const STATIC = "psoas-static";
const AWAY = "/away/";
const PATIENCE_MS = 20000; // a server that is gone refuses at once; one that hangs is waited for so long

self.addEventListener("install", (event) => {
  self.skipWaiting();
  event.waitUntil(keepPage(AWAY));
});
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

self.addEventListener("fetch", (event) => {
  const url = new URL(event.request.url);
  if (url.origin !== location.origin || event.request.method !== "GET") return;
  if (url.pathname.startsWith("/static/")) event.respondWith(asset(event.request));
  else if (event.request.mode === "navigate") event.respondWith(page(event.request));
});

// A page says what is to be kept with it, and itself where it was loaded before this worker was there.
self.addEventListener("message", (event) => event.waitUntil(Promise.allSettled(event.data.pages.map(keepPage))));

async function page(request) {
  const pages = await caches.open(PAGES);
  const at = bare(request.url);
  try {
    const answer = await fetch(request, { signal: AbortSignal.timeout(PATIENCE_MS) });
    if (answer.status === 200 && answer.headers.get("Psoas-Keep")) await pages.put(at, await stamped(answer.clone()));
    else if (answer.status >= 400 && answer.status < 500) await pages.delete(at);
    return answer;
  } catch {
    const kept = (await pages.match(at)) || (await pages.match(AWAY));
    return kept ? marked(kept) : Response.error();
  }
}

async function asset(request) {
  try {
    return await keepAsset(request);
  } catch {
    return (await caches.match(request, { cacheName: STATIC, ignoreSearch: true })) || Response.error();
  }
}

async function keepAsset(request) {
  const answer = await fetch(request);
  if (answer.status === 200) {
    const kept = await caches.open(STATIC);
    await kept.put(request, answer.clone()); // before the edition before goes: at every moment there is one
    for (const each of await kept.keys(request, { ignoreSearch: true })) {
      if (each.url !== request.url) await kept.delete(each);
    }
  }
  return answer;
}

async function keepPage(url) {
  const answer = await fetch(url, { headers: { "Psoas-Quiet": "1" } });
  if (answer.status === 200 && !answer.redirected && answer.headers.get("Psoas-Keep")) {
    const text = await answer.clone().text();
    const held = await caches.open(STATIC);
    for (const [, asset] of text.matchAll(/(?:href|src)="(\/static\/[^"]+)"/g)) {
      if (!(await held.match(asset))) await keepAsset(new Request(asset));
    }
    await (await caches.open(PAGES)).put(bare(answer.url), await stamped(answer)); // last: what it needs is there
  }
}

const bare = (url) => {
  const found = new URL(url, location.origin);
  return found.origin + found.pathname;
};

// With the moment at which it was loaded.
async function stamped(answer) {
  const headers = new Headers(answer.headers);
  headers.set("Psoas-At", new Date().toISOString());
  return new Response(await answer.blob(), { status: 200, headers });
}

// The page says itself that it is a copy, and of when.
async function marked(kept) {
  const text = await kept.text();
  const at = kept.headers.get("Psoas-At");
  return new Response(text.replace("<body", `<body data-copy="${at}"`), { status: 200, headers: kept.headers });
}
