// Enhancement only. Registers the worker that opens kept pages, drops copies that must not stay, and keeps
// what was written while the server was away (forms with data-offline) until it is counted.
"use strict";
(() => {
  const body = document.body;
  const note = document.getElementById("afar");
  const words = note.dataset;
  const QUIET = { "Psoas-Quiet": "1" };
  const PATIENCE_MS = 8000;
  const AGAIN_MS = 5000;
  const personOf = (path) => (path.match(/^\/p\/([^/]+)\//) || [])[1];

  // --- what is kept while the server is away
  const store = new Promise((resolve, reject) => {
    const opening = indexedDB.open("psoas-waiting", 1);
    opening.onupgradeneeded = () => opening.result.createObjectStore("forms", { keyPath: "key", autoIncrement: true });
    opening.onsuccess = () => resolve(opening.result);
    opening.onerror = () => reject(opening.error);
  });
  store.catch(() => {}); // a browser that keeps nothing: forms then go the usual way
  const change = async (mode, use) => {
    const done = (await store).transaction("forms", mode, { durability: "strict" });
    const asked = use(done.objectStore("forms"));
    return new Promise((resolve, reject) => {
      done.oncomplete = () => resolve(asked.result);
      done.onabort = done.onerror = () => reject(done.error);
    });
  };
  const put = (item) => change("readwrite", (forms) => forms.put(item));
  const drop = (key) => change("readwrite", (forms) => forms.delete(key));
  const all = () => change("readonly", (forms) => forms.getAll());

  // --- sending
  const post = (item, redirect) =>
    fetch(item.url, {
      method: "POST",
      body: new URLSearchParams(item.fields),
      redirect,
      headers: QUIET,
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
  const uidOf = (item) => (item.fields.find(([name]) => name === "uid") || [])[1];
  const here = async (items) => {
    const asked = new URLSearchParams(items.map((item) => ["uid", uidOf(item) || ""]));
    const answer = await fetch(words.here + "?" + asked, {
      headers: QUIET,
      cache: "no-store",
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    if (!answer.ok) throw new Error("locked");
    return answer.json();
  };

  let busy = false;
  let mine = 0; // the key of the form that this page is sending itself
  const flush = async () => {
    if (busy) return;
    busy = true;
    try {
      const waiting = (await all()).filter((item) => !item.refused && item.key !== mine && Date.now() - item.at > 1000);
      if (waiting.length) {
        const state = await here(waiting);
        for (const item of waiting) {
          const person = personOf(new URL(item.url).pathname);
          if (person && !state.people.includes(person)) {
            await drop(item.key); // deleted meanwhile: nothing of them stays
            continue;
          }
          if (!state.counted.includes(uidOf(item))) {
            item.fields = item.fields.map(([name, value]) => [name, name === "csrfmiddlewaretoken" ? state.csrf : value]);
            const answer = await post(item, "manual");
            if (answer.status >= 500 || answer.status === 403) throw new Error("later");
            if (!(await here([item])).counted.includes(uidOf(item))) {
              await put({ ...item, refused: true });
              continue;
            }
          }
          await drop(item.key);
          sent += 1;
        }
      }
    } catch {
      // Away, locked or busy: the next turn tries again.
    }
    busy = false;
    await show();
  };

  const send = async (form, button) => {
    const data = new FormData(form);
    if (button && button.name) data.append(button.name, button.value);
    const item = {
      url: (button && button.getAttribute("formaction")) ? button.formAction : form.action,
      fields: [...data].filter(([, value]) => typeof value === "string"),
      at: Date.now(),
      title: document.title,
    };
    const usual = () => {
      if (button && button.name) {
        const named = Object.assign(document.createElement("input"), { type: "hidden", name: button.name, value: button.value });
        form.append(named);
      }
      HTMLFormElement.prototype.submit.call(form);
    };
    try {
      item.key = mine = await put(item); // kept before it is sent: a crash in between loses nothing
    } catch {
      usual();
      return;
    }
    try {
      const answer = await post(item, "follow");
      await drop(item.key);
      if (answer.ok) location.assign(answer.url);
      else usual(); // the server's own page says what is wrong, with what was typed
    } catch {
      mine = 0;
      form.reset();
      renew(form);
      delete form.dataset.sent;
      await show();
      note.scrollIntoView({ block: "nearest" });
    }
  };
  const renew = (form) => {
    const box = form.querySelector('input[name="uid"]');
    if (!box) return;
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    bytes[6] = (bytes[6] & 15) | 64;
    bytes[8] = (bytes[8] & 63) | 128;
    const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
    box.value = hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
  };
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || !form.matches("form[data-offline]")) return;
    event.preventDefault();
    send(form, event.submitter);
  });

  // --- what the person sees of it
  const filled = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name]);
  const when = (iso) => new Date(iso).toLocaleString(document.documentElement.lang, { dateStyle: "long", timeStyle: "short" });
  let back = false; // a copy is shown, and the server is there again
  let sent = 0; // by this page: said until the next one
  const show = async () => {
    const items = await all().catch(() => []);
    const waiting = items.filter((item) => !item.refused && item.key !== mine).length;
    const refused = items.filter((item) => item.refused);
    const lines = [];
    if (back) lines.push(words.back);
    else if (body.dataset.copy && !document.querySelector("[data-away]")) lines.push(filled(words.copy, { when: when(body.dataset.copy) }));
    if (waiting) lines.push(filled(words.waiting, { n: waiting }));
    if (sent) lines.push(filled(words.sent, { n: sent }));
    if (refused.length) lines.push(filled(words.refused, { n: refused.length }));
    const status = note.querySelector("[role=status]");
    if ((lines.length || !note.dataset.told) && status.textContent !== lines.join(" ")) status.textContent = lines.join(" ");
    if (lines.length) note.dataset.told = "1";
    const list = note.querySelector("ul");
    list.replaceChildren(
      ...refused.map((item) => {
        const row = document.createElement("li");
        const link = Object.assign(document.createElement("a"), { href: new URL(item.url).pathname, textContent: item.title });
        const button = Object.assign(document.createElement("button"), { className: "link", textContent: words.discard });
        button.addEventListener("click", () => drop(item.key).then(() => show()));
        row.append(link, " ", when(item.at), " ", button);
        return row;
      }),
    );
  };

  // --- kept pages
  const forget = async () => {
    if (!("caches" in window) || body.dataset.copy) return;
    const people = (body.dataset.people || "").split(" ");
    const pages = await caches.open("psoas-pages");
    for (const { url } of await pages.keys()) {
      const path = new URL(url).pathname;
      const person = personOf(path);
      if (body.dataset.locks ? person || path === "/" : person && !people.includes(person)) await pages.delete(url);
    }
    if (body.dataset.locks) return; // who may see what waits is not known while locked: it stays until it is sent
    for (const item of await all().catch(() => [])) {
      const person = personOf(new URL(item.url).pathname);
      if (person && !people.includes(person)) await drop(item.key);
    }
  };
  const keep = async () => {
    if (!("serviceWorker" in navigator) || body.dataset.copy) return;
    const controlled = !!navigator.serviceWorker.controller;
    try {
      await navigator.serviceWorker.register(words.worker, { scope: "/" });
    } catch {
      return; // not allowed here (plain http on another machine): pages are not kept, the rest works
    }
    const active = (await navigator.serviceWorker.ready).active;
    const links = body.dataset.keep === "links" ? [...document.querySelectorAll("main a[href]")] : [];
    const pages = links.map((each) => each.href).filter((url) => url.startsWith(location.origin + "/p/"));
    if (!controlled && body.dataset.keep) pages.push(location.href);
    if (pages.length) active.postMessage({ pages });
  };
  const listKept = async () => {
    const list = document.querySelector("[data-kept]");
    if (!list || !("caches" in window)) return;
    const pages = await caches.open("psoas-pages");
    for (const { url } of await pages.keys()) {
      const path = new URL(url).pathname;
      if (path === "/away/") continue;
      list.parentElement.hidden = false;
      const text = await (await pages.match(url)).text();
      const title = new DOMParser().parseFromString(text, "text/html").title;
      const row = document.createElement("li");
      row.append(Object.assign(document.createElement("a"), { href: path, textContent: title }));
      list.append(row);
    }
  };

  if (body.dataset.copy) document.querySelectorAll("form[data-offline]").forEach(renew); // one copy, several entries
  window.addEventListener("online", flush);
  // Only a copy, or a page with something waiting, asks whether the server is back.
  setInterval(async () => {
    if (document.visibilityState !== "visible") return;
    const items = await all().catch(() => []);
    if (items.some((item) => !item.refused)) await flush();
    if (body.dataset.copy && !back) {
      back = await here([]).then(() => true, () => false);
      if (back) await show();
    }
  }, AGAIN_MS);
  show();
  forget().then(flush);
  keep();
  listKept();
})();
