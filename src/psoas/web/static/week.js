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
// Whoever reads the form, the browser or what keeps it for later, reads the moment of sending.
document.querySelectorAll("form").forEach((form) => {
  if (!form.querySelector("[data-at]")) return;
  form.addEventListener("formdata", (event) => {
    event.formData.set("at", new Date().toISOString());
    event.formData.set("offset", offset);
  });
});
window.addEventListener("pageshow", (event) => {
  if (event.persisted) document.querySelectorAll('input[name="uid"]').forEach((box) => (box.value = newUid()));
});
