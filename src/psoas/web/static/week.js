// Enhancement only: tells the server when a form was filled in and how far this device is from UTC.
"use strict";
const offset = String(-new Date().getTimezoneOffset());
document.cookie = "psoas_offset=" + offset + "; path=/; max-age=31536000; samesite=strict";
const newUid = () => {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 15) | 64;
  bytes[8] = (bytes[8] & 63) | 128;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
};
document.querySelectorAll("form").forEach((form) => {
  const at = form.querySelector("[data-at]");
  if (!at) return;
  form.querySelector("[data-offset]").value = offset;
  // In the capture phase: before anything that keeps the form for later reads it.
  form.addEventListener("submit", () => (at.value = new Date().toISOString()), true);
});
window.addEventListener("pageshow", (event) => {
  if (event.persisted) document.querySelectorAll('input[name="uid"]').forEach((box) => (box.value = newUid()));
});
