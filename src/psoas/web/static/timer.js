// The timer of one exercise. Words and starting numbers come from the page; text always says what the voice says.
"use strict";
const timer = document.querySelector("[data-timer]");
const part = (name) => timer.querySelector('[data-part="' + name + '"]');
const word = (name, n = 0, of = 0) => timer.getAttribute("data-word-" + name).replace("{n}", n).replace("{of}", of);
const put = (name, text) => {
  const place = part(name);
  if (place.textContent !== text) place.textContent = text;
};
const setting = (name) => {
  const box = timer.querySelector('[data-set="' + name + '"]');
  if (!box) return 1;
  const value = Number.parseInt(box.value, 10);
  const [least, most] = [Number(box.min), Number(box.max)];
  return Number.isFinite(value) ? Math.min(most, Math.max(least, value)) : Number(box.defaultValue);
};

let phases = [];
let at = 0; // phase
let left = 0; // milliseconds of it
let ends = 0; // moment at which it ends, while running
let clock = 0;
let lock = null;
const running = () => clock !== 0;

// What happens in which order: get ready, then holds (or sets of repetitions) with pauses between them.
function plan() {
  const kind = timer.dataset.kind;
  const [sets, reps, seconds] = [setting("sets"), setting("reps"), setting("seconds")];
  const listed = setting("ready") ? [{ says: word("ready"), seconds: setting("ready") }] : [];
  for (let n = 1; n <= sets; n++) {
    listed.push({ says: word(kind, n, sets), seconds: seconds * reps, step: seconds, reps: reps, work: true });
    if (n < sets && setting("pause")) listed.push({ says: word(timer.dataset.sides ? "sides" : "pause"), seconds: setting("pause") });
  }
  return listed;
}

// Voice: on where the browser has one, and always a choice.
const synthesis = "speechSynthesis" in window ? window.speechSynthesis : null;
let voice = false;
let chosen = false;
function showVoice() {
  const available = synthesis !== null && synthesis.getVoices().length > 0;
  if (!chosen) voice = available;
  part("voice").setAttribute("aria-pressed", String(voice));
  part("no-voice").hidden = available;
}
function speak(text) {
  if (!voice || !synthesis) return;
  synthesis.cancel();
  const said = new SpeechSynthesisUtterance(text);
  said.lang = document.documentElement.lang;
  synthesis.speak(said);
}
function announce(text) {
  put("says", text);
  speak(text);
}

// The screen stays on while the timer runs, where the browser can do that.
async function keepAwake(on) {
  try {
    if (on && "wakeLock" in navigator && document.visibilityState === "visible") lock = await navigator.wakeLock.request("screen");
    else if (!on && lock) await lock.release();
  } catch {
    lock = null;
  }
}
document.addEventListener("visibilitychange", () => running() && keepAwake(true));

function show() {
  const phase = phases[at];
  const button = part("start");
  button.textContent = running() ? button.dataset.pause : at || left < phases[0].seconds * 1000 ? button.dataset.on : button.dataset.start;
  if (!phase) {
    put("phase", word("done"));
    put("count", "0");
    put("below", "");
    part("elapsed").value = 1;
    button.textContent = button.dataset.start;
    return;
  }
  const seconds = Math.ceil(left / 1000);
  put("phase", phase.says);
  if (phase.reps > 1) {
    const repetition = Math.min(phase.reps, 1 + Math.floor((phase.seconds - left / 1000) / phase.step));
    if (running() && part("count").textContent !== String(repetition)) speak(String(repetition));
    put("count", String(repetition));
    put("below", word("repetition", repetition, phase.reps));
  } else {
    if (running() && seconds <= 3 && seconds > 0 && part("count").textContent !== String(seconds)) speak(String(seconds));
    put("count", String(seconds));
    put("below", word("seconds", seconds));
  }
  const whole = phases.reduce((sum, each) => sum + each.seconds, 0);
  const before = phases.slice(0, at).reduce((sum, each) => sum + each.seconds, 0);
  part("elapsed").value = whole ? (before + phase.seconds - left / 1000) / whole : 0;
}

function tick() {
  left = ends - performance.now();
  while (left <= 0 && at < phases.length) {
    at += 1;
    if (at === phases.length) return finish();
    left += phases[at].seconds * 1000;
    ends += phases[at].seconds * 1000;
    if (left > 0) announce(phases[at].work && phases[at].reps === 1 ? phases[at].says + ", " + word("seconds", phases[at].seconds) : phases[at].says);
  }
  show();
}
function finish() {
  stop();
  left = 0;
  announce(word("done"));
  show();
}
function stop() {
  window.clearInterval(clock);
  clock = 0;
  keepAwake(false);
}
function start() {
  if (at >= phases.length) reset();
  const fresh = at === 0 && left === phases[0].seconds * 1000;
  ends = performance.now() + left;
  clock = window.setInterval(tick, 100);
  keepAwake(true);
  announce(phases[at].says);
  timer.dataset.state = "on";
  if (fresh) timer.querySelector("details").open = false;
  show();
}
function pause() {
  left = Math.max(0, ends - performance.now());
  stop();
  announce(word("paused"));
  timer.dataset.state = "paused";
  show();
}
function reset() {
  stop();
  phases = plan();
  at = 0;
  left = phases[0].seconds * 1000;
  timer.dataset.state = "ready";
  put("says", "");
  if (synthesis) synthesis.cancel();
  show();
}

if (timer) {
  part("start").addEventListener("click", () => (running() ? pause() : start()));
  part("reset").addEventListener("click", reset);
  part("voice").addEventListener("click", () => {
    chosen = true;
    voice = !voice;
    if (!voice && synthesis) synthesis.cancel();
    showVoice();
  });
  timer.querySelectorAll("[data-set]").forEach((box) =>
    box.addEventListener("change", () => {
      box.value = setting(box.dataset.set);
      reset();
    }),
  );
  if (synthesis) synthesis.addEventListener?.("voiceschanged", showVoice);
  showVoice();
  timer.hidden = false;
  reset();
}
