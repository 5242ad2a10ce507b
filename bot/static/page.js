// A little comfort where JavaScript is on; everything works without it.
"use strict";

const say = (name) => document.body.dataset[name];
const LARGEST = 20 * 1024 * 1024;
const MOST = 5;

const IDLE = 25 * 60 * 1000;
const OFTEN = 5 * 60 * 1000;
const WORTH = 30;

const talk = () => document.getElementById("talk");
let leaving = false;

// The quick exit puts another page in the place of this one, so that "back" does not lead here.
function leave() {
  leaving = true;
  document.documentElement.hidden = true;
  window.top.location.replace("/exit");  // also from a frame of the office's website
}

let escaped = -Infinity;
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || event.repeat || event.isComposing) return;
  if (event.timeStamp - escaped < 1500) leave();
  escaped = event.timeStamp;
});

// A link to another page of ours takes the place of this one: all of them are one entry of the history.
function stays(link) {
  return link.origin === window.location.origin && !link.target && !link.hasAttribute("download") && !link.hash;
}

document.addEventListener("click", (event) => {
  const at = event.target.closest("[data-exit], [data-print], [data-touch], a[href]");
  if (!at || event.ctrlKey || event.metaKey || event.shiftKey) return;
  if (at.matches("a:not([data-exit])") && !stays(at)) return;
  event.preventDefault();
  if (at.matches("a:not([data-exit])")) window.location.replace(at.href);
  else if (at.matches("[data-exit]")) leave();
  else if (at.matches("[data-print]")) window.print();
  else touch();
});

// Whether words or files are in the page that would be missed.
function unsent() {
  const form = talk();
  if (!form) return false;
  const words = form.elements.text;
  return (words && words.value !== words.defaultValue && words.value.length > WORTH)
    || [...form.querySelectorAll("input[type=file]")].some((input) => input.files.length);
}

window.addEventListener("beforeunload", (event) => { if (!leaving && unsent()) event.preventDefault(); });

// A page out of the browser's memory shows what stood there long ago.
window.addEventListener("pageshow", (event) => { if (event.persisted && !unsent()) window.location.reload(); });

// A draft lapses when nothing comes for half an hour. Typing keeps it, without sending what is typed.
let touched = 0;
let waiting = 0;
function wait() {
  touched = Date.now();
  window.clearTimeout(waiting);
  waiting = window.setTimeout(() => idle(true), IDLE);
  idle(false);
}

function idle(on) {
  const note = document.querySelector("[data-idle]");
  if (note) note.hidden = !on;
}

function touch() {
  const form = talk();
  if (!form) return;
  wait();
  const body = new FormData();
  body.append("csrf", form.elements.csrf.value);
  body.append("choice", "/touch");
  window.fetch(form.getAttribute("action"), { method: "POST", body }).catch(() => {});
}

document.addEventListener("input", () => { if (Date.now() - touched > OFTEN) touch(); });

function tell(form, words, how = "") {
  const line = form.querySelector("[data-line]");
  line.dataset.line = how;
  line.textContent = words;
  line.hidden = !words;
}

function trouble(form) {
  const files = [...form.querySelectorAll("input[type=file]")].flatMap((input) => [...input.files]);
  if (files.length > MOST) return say("many");
  return files.some((file) => file.size > LARGEST) ? say("large") : "";
}

// The answer takes the place of the page, without a new entry in the history.
function show(text, address) {
  const page = new DOMParser().parseFromString(text, "text/html");
  if (!page.querySelector("main")) return false;
  document.documentElement.lang = page.documentElement.lang;
  document.body.replaceWith(page.body);
  window.history.replaceState(null, "", address);
  begin();
  window.scrollTo(0, 0);
  (document.querySelector(".note:not([hidden])") || document.querySelector("h1") || document.querySelector("main")).focus({ preventScroll: true });
  return true;
}

function send(form, pressed) {
  const body = new FormData(form);
  if (pressed && pressed.name) body.append(pressed.name, pressed.value);
  const request = new XMLHttpRequest();
  const ready = (on) => { form.ariaBusy = on ? null : "true"; };
  request.upload.addEventListener("progress", (event) => {
    if (event.lengthComputable && event.total > 100000) {
      tell(form, `${say("sending")} ${Math.round((event.loaded / event.total) * 100)} %`);
    }
  });
  request.addEventListener("load", () => {
    if (!show(request.responseText, request.responseURL)) { ready(true); tell(form, say("lost"), "stop"); }
  });
  for (const what of ["error", "timeout", "abort"]) {
    request.addEventListener(what, () => { ready(true); tell(form, say("lost"), "stop"); });
  }
  ready(false);
  tell(form, `${say("sending")}…`);
  request.open("POST", form.getAttribute("action"));
  request.send(body);
}

function begin() {
  for (const one of document.querySelectorAll("[data-print]")) one.hidden = false;
  const form = talk();
  if (!form) return;
  wait();
  // Where files are asked for, choosing them sends them, and the page says so beside the field.
  const told = form.querySelector("[data-on-choosing]");
  if (told) {
    told.hidden = false;
    form.elements.file.addEventListener("change", (event) => {
      if (event.target.files.length) form.requestSubmit(form.querySelector("[data-send]"));
    });
  }
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (form.ariaBusy === "true") return;
    const words = trouble(form);
    if (words) tell(form, words, "stop");
    else send(form, event.submitter);
  });
}

begin();
