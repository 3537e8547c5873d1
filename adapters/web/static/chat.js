// Carries taps and words to the bot and shows what comes back.
// Law: one tap is one event, however often it has to be sent; nothing typed is lost.
"use strict";

const page = document.getElementById("page");
const { events } = document.body.dataset;
let token = document.body.dataset.token;
let busy = false;
let pending = null; // the last event that has not come through yet
let saved = ""; // what the bot holds of the box
let timer = 0;

const scene = () => page.firstElementChild;
const one = (selector) => page.querySelector(selector);
const box = () => one(".now textarea");
const newKey = () => crypto.randomUUID();

function send(key, event, patience) {
  return fetch(events, {
    method: "POST",
    headers: { "Content-Type": "application/json", "Accept-Language": scene().dataset.locale },
    body: JSON.stringify({ token, key, event }),
    signal: AbortSignal.timeout(patience),
  });
}

// The program was started again: its page has the new token.
async function renewToken() {
  const answer = await fetch(location.pathname, { signal: AbortSignal.timeout(10000) });
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").body.dataset.token;
  if (!fresh || fresh === token) return false;
  token = fresh;
  return true;
}

async function post(key, event, patience = 20000) {
  const answer = await send(key, event, patience);
  return answer.status === 403 && (await renewToken()) ? send(key, event, patience) : answer;
}

// Events ---------------------------------------------------------------------

const ANSWERS = ["choose", "rate", "write", "command"];

function act(event, back = false) {
  if (busy) return;
  const prompt = ANSWERS.includes(event.kind) ? { prompt: scene().dataset.prompt || null } : {};
  pending = { key: newKey(), event: { ...prompt, ...event }, back };
  deliver();
}

async function deliver() {
  busy = true;
  clearTimeout(timer);
  page.setAttribute("aria-busy", "true");
  one(".trouble").hidden = true;
  const waiting = setTimeout(() => { one(".wait span").hidden = false; }, 600);
  try {
    if (pending.event.kind !== "write") await saveDraft();
    const answer = await post(pending.key, pending.event);
    if (answer.ok) {
      const done = pending;
      pending = null;
      show(await answer.text(), done);
    } else {
      trouble(answer.status < 500 && answer.status !== 409 ? await answer.text() : "");
    }
  } catch {
    trouble("");
  } finally {
    busy = false;
    clearTimeout(waiting);
    page.removeAttribute("aria-busy");
    one(".wait span").hidden = true;
  }
}

function trouble(words) {
  const place = one(".trouble");
  place.querySelector("p").textContent = words || place.dataset.words;
  place.querySelector("button").hidden = Boolean(words);
  place.hidden = false;
  place.scrollIntoView({ block: "nearest" });
}

function retry() {
  if (busy || !pending) return;
  const typed = box();
  if (pending.event.kind === "write" && typed && typed.value !== pending.event.text) {
    act({ ...pending.event, text: typed.value }); // other words than those that may have come through already
  } else {
    deliver();
  }
}

// What comes back ------------------------------------------------------------

function show(html, { event, back }) {
  const before = scene();
  const fresh = new DOMParser().parseFromString(html, "text/html").body.firstElementChild;
  const same = fresh.dataset.prompt !== "" && fresh.dataset.prompt === before.dataset.prompt;
  const typed = event.kind !== "write" && same && box() && box().value !== saved ? box().value : null;
  const pressed = same ? chosen() : [];
  const open = one("details").open;
  page.replaceChildren(fresh);
  one("details").open = open;
  settle();
  if (typed !== null) {
    box().value = typed;
    box().setSelectionRange(typed.length, typed.length);
    later();
  }
  for (const id of pressed) one(`[data-toggle="${CSS.escape(id)}"]`)?.setAttribute("aria-pressed", "true");
  if (!back) remember(event);
  arrive();
}

function settle() {
  document.documentElement.lang = scene().dataset.locale;
  saved = box() ? box().value : "";
  box()?.setSelectionRange(saved.length, saved.length); // whoever comes back goes on at the end
}

function arrive() {
  grow();
  const question = one("#question");
  question.focus({ preventScroll: true });
  if (one(".now")) one(".now").scrollIntoView({ block: "start" });
  else scrollTo(0, 0); // a page is read from its top
}

const here = () => history.state?.page ?? "talk";

// The browser's own way back leads from a page to the talk.
function remember(event) {
  const place = event.kind === "open" ? event.page : ANSWERS.includes(event.kind) ? "talk" : here();
  if (place !== here()) history.pushState({ page: place }, "");
}

// The box --------------------------------------------------------------------

function grow() {
  const typed = box();
  if (!typed) return;
  typed.style.height = "auto";
  typed.style.height = `${typed.scrollHeight + 4}px`;
}

function later() {
  clearTimeout(timer);
  timer = setTimeout(() => saveDraft().catch(() => {}), 500);
}

const draft = (text) => ({ kind: "write", text, done: false, prompt: scene().dataset.prompt });

async function saveDraft() {
  clearTimeout(timer);
  const text = box()?.value ?? saved;
  if (text === saved) return;
  const answer = await post(newKey(), draft(text), 5000);
  if (answer.ok) saved = text;
  else if (answer.status >= 500) throw new Error("draft");
}

function leave() {
  const text = box()?.value ?? saved;
  if (text === saved || busy) return;
  const body = JSON.stringify({ token, key: newKey(), event: draft(text) });
  if (navigator.sendBeacon(events, new Blob([body], { type: "application/json" }))) saved = text;
}

// What people do -------------------------------------------------------------

function chosen() {
  return [...page.querySelectorAll("[aria-pressed=true]")].map((button) => button.dataset.toggle);
}

function tapped(button) {
  const { dataset } = button;
  if (dataset.event) act(JSON.parse(dataset.event));
  else if (dataset.toggle) button.setAttribute("aria-pressed", String(button.ariaPressed !== "true"));
  else if (dataset.choose !== undefined) act({ kind: "choose", values: chosen() });
  else if (dataset.write !== undefined) act({ kind: "write", text: box().value });
  else if (dataset.retry !== undefined) retry();
}

function values(form) {
  const found = {};
  for (const field of form.querySelectorAll("[data-field]")) {
    const { field: id } = field.dataset;
    if (field.type === "checkbox") found[id] = [...(found[id] ?? []), ...(field.checked ? [field.value] : [])];
    else if (field.type !== "radio" || field.checked) found[id] = field.value;
  }
  return found;
}

// What cannot be undone takes a second tap, not the other half of a double one; going elsewhere takes it back.
function sure(form) {
  const button = form.querySelector("button");
  if (!form.dataset.sure) return true;
  if (form.dataset.asked) return performance.now() - Number(form.dataset.asked) > 700;
  const words = button.textContent;
  form.dataset.asked = String(performance.now());
  button.textContent = form.dataset.sure;
  button.addEventListener("blur", () => { button.textContent = words; delete form.dataset.asked; }, { once: true });
  return false;
}

page.addEventListener("click", (event) => {
  const button = event.target.closest("button[type=button]");
  if (button) tapped(button);
});

page.addEventListener("submit", (event) => {
  event.preventDefault();
  if (sure(event.target)) act({ kind: "submit", form: event.target.dataset.form, values: values(event.target) });
});

page.addEventListener("input", (event) => {
  if (event.target !== box()) return;
  grow();
  later();
});

document.addEventListener("keydown", (event) => {
  const typed = box();
  if (!typed) return;
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && event.target === typed) {
    event.preventDefault();
    act({ kind: "write", text: typed.value });
  } else if (event.target === one("#question") && event.key.length === 1 && event.key !== " " &&
             !event.ctrlKey && !event.metaKey && !event.altKey) {
    typed.focus(); // whoever starts to type means the box
  }
});

document.addEventListener("visibilitychange", () => { if (document.visibilityState === "hidden") leave(); });
addEventListener("beforeunload", leave); // a reload asks for the page before it hides this one
addEventListener("pagehide", leave);
addEventListener("pageshow", (event) => { if (event.persisted) act({ kind: "open", page: "talk" }); });
addEventListener("popstate", (event) => act({ kind: "open", page: event.state?.page ?? "talk" }, true));
addEventListener("online", retry);

settle();
arrive();
// A reload asks for this page before the last words have arrived from the page that it replaces.
if (performance.getEntriesByType("navigation")[0]?.type !== "navigate") act({ kind: "open", page: here() }, true);
