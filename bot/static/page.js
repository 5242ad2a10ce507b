// A little comfort where JavaScript is on; everything works without it.
"use strict";

const say = (name) => document.body.dataset[name];
const LARGEST = 20 * 1024 * 1024;
const MOST = 5;

// The quick exit puts another page in the place of this one, so that "back" does not lead here.
function leave() {
  document.documentElement.hidden = true;
  window.location.replace("/exit");
}

let escaped = -Infinity;
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || event.repeat || event.isComposing) return;
  if (event.timeStamp - escaped < 1500) leave();
  escaped = event.timeStamp;
});

document.addEventListener("click", (event) => {
  const at = event.target.closest("[data-exit], [data-print]");
  if (!at) return;
  event.preventDefault();
  if (at.matches("[data-exit]")) leave();
  else window.print();
});

// A page out of the browser's memory shows what stood there long ago.
window.addEventListener("pageshow", (event) => { if (event.persisted) window.location.reload(); });

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
  document.querySelector("main").focus({ preventScroll: true });
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
  const form = document.getElementById("talk");
  if (!form) return;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (form.ariaBusy === "true") return;
    const words = trouble(form);
    if (words) tell(form, words, "stop");
    else send(form, event.submitter);
  });
}

begin();
