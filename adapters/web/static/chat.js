// Carries taps and words to the bot and shows what comes back.
// Law: one tap is one event, however often it has to be sent; nothing typed is lost.
"use strict";

const page = document.getElementById("page");
const { chat } = document.body.dataset;
let token = document.body.dataset.token;
let busy = false;
let pending = null; // the last event that has not come through yet
let saved = ""; // what the bot holds of the box
let ticks = ""; // and of the ticks
let keeping = false; // a draft is on its way
let timer = 0;
let arrived = 0; // when the last answer was shown
let turned = null; // what cannot wait for what is under way: the browser's own way back, or a tap while only the page asked

const scene = () => page.firstElementChild;
const one = (selector) => page.querySelector(selector);
const box = () => one(".dock textarea");
const newKey = () => crypto.randomUUID();
const parsed = (html) => new DOMParser().parseFromString(html, "text/html").body;

function send(key, event, patience) {
  return fetch(`${chat}/events`, {
    method: "POST",
    headers: { "Content-Type": "application/json", "Accept-Language": scene().dataset.locale },
    body: JSON.stringify({ token, key, event }),
    signal: AbortSignal.timeout(patience),
  });
}

// The program was started again: its page has the new token.
async function renewToken() {
  const answer = await fetch(location.pathname, { signal: AbortSignal.timeout(10000) });
  const fresh = parsed(await answer.text()).dataset.token;
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

function act(event, back = false, unasked = false) {
  if (busy) {
    if (back || (pending?.unasked && !unasked)) turned = { event, back }; // the browser has turned the page already
    return;
  }
  const prompt = ANSWERS.includes(event.kind) ? { prompt: scene().dataset.prompt || null } : {};
  pending = { key: newKey(), event: { ...prompt, ...event }, back, unasked };
  deliver();
}

async function deliver() {
  busy = true;
  clearTimeout(timer);
  page.setAttribute("aria-busy", "true");
  one(".trouble").hidden = true;
  const waiting = setTimeout(() => { one(".wait span").hidden = false; }, 600);
  if (box()) box().readOnly = true; // what is typed now would belong nowhere
  try {
    const late = ["write", "choose"].includes(pending.event.kind) ? null : await keptBefore(pending.event);
    if (late) pending = { key: newKey(), event: late };
    const answer = await post(pending.key, pending.event);
    if (answer.ok) {
      const done = pending;
      pending = null;
      show(await answer.text(), done);
    } else {
      trouble(answer.status < 500 && answer.status !== 409 ? await answer.text() : "");
    }
  } catch (error) {
    trouble(error.words ?? "");
  } finally {
    busy = false;
    if (box()) box().readOnly = false;
    clearTimeout(waiting);
    page.removeAttribute("aria-busy");
    one(".wait span").hidden = true;
  }
  if (turned && !pending) {
    const { event, back } = turned;
    turned = null;
    act(event, back);
  } else if (pending && draft()) {
    later();
  }
}

// What stands in the box is kept before anything else is done; nothing stands in the way of the safety card.
async function keptBefore(event) {
  try {
    return await saveDraft();
  } catch (error) {
    if (event.name !== "safety") throw error;
    return null;
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
  } else if (pending.event.kind === "choose" && one("[data-toggle]") && String(chosen()) !== String(pending.event.values)) {
    act({ ...pending.event, values: chosen() });
  } else {
    deliver();
  }
}

// What comes back ------------------------------------------------------------

function show(html, { event, back }) {
  arrived = performance.now();
  const before = scene().dataset.prompt;
  const fresh = parsed(html).firstElementChild;
  const same = fresh.dataset.prompt !== "" && fresh.dataset.prompt === before;
  const typed = event.kind !== "write" && same && box() && box().value !== saved ? box().value : null;
  const pressed = same && String(chosen()) !== ticks ? chosen() : null;
  const aside = event.kind === "tour" && event.go !== "weeks";
  if (aside) fresh.querySelector('[data-part="phone"]').remove(); // the tour speaks; the phone stays as it is in hand
  else wear(scene(), fresh);
  replaceParts(fresh);
  if (event.kind === "submit") unfold(event);
  if (aside) return lookAt(one("#tour-title") ?? one("#question"));
  settle();
  if (typed !== null) {
    box().value = typed;
    box().setSelectionRange(typed.length, typed.length);
    later();
  }
  if (pressed) {
    press(pressed);
    later();
  }
  if (!back) remember(event);
  if (event.kind === "tour" && one("#tour-title")) lookAt(one("#tour-title"));
  else arrive();
}

// Only what has changed is put anew, so that the other panes stay as they were read; the talk always.
function replaceParts(fresh) {
  for (const part of fresh.querySelectorAll("[data-part]")) {
    const { part: name } = part.dataset;
    const old = one(`[data-part="${name}"]`);
    if (!old) continue;
    const changed = name === "phone" || part.innerHTML !== old.innerHTML;
    wear(old, part);
    if (changed && name === "kept") addLines(old, [...part.children]);
    else if (changed) old.replaceChildren(...part.childNodes);
  }
}

// The form that was sent is one of several that are shut: whoever sent it sees what has become of it.
function unfold(event) {
  for (const shut of page.querySelectorAll("details.shut")) {
    const hidden = [...shut.querySelectorAll("input[type=hidden]")];
    const same = hidden.every((one) => one.value === event.values[one.dataset.field]);
    if (shut.querySelector("form").dataset.form === event.form && same) shut.open = true;
  }
}

function wear(old, fresh) {
  for (const name of old.getAttributeNames()) if (!fresh.hasAttribute(name)) old.removeAttribute(name);
  for (const name of fresh.getAttributeNames()) old.setAttribute(name, fresh.getAttribute(name));
}

function settle() {
  document.documentElement.lang = scene().dataset.locale;
  saved = box() ? box().value : "";
  ticks = String(chosen());
  box()?.setSelectionRange(saved.length, saved.length); // whoever comes back goes on at the end
}

function lookAt(title) {
  title.focus({ preventScroll: true });
  one(".top").scrollIntoView({ block: "start" });
}

// The question has the focus; it and its way on are in sight together, or else it stands at the top.
function arrive() {
  grow();
  one("#question").focus({ preventScroll: true });
  bringIntoSight();
}

const scrolls = () => getComputedStyle(one(".phone .frame")).overflowY !== "visible";

function bringIntoSight() {
  const frame = one(".phone .frame");
  const now = one(".now") ?? one(".page");
  const bar = scrolls() ? one(".bar").offsetHeight : 0;
  frame.style.setProperty("--bar", `${bar}px`);
  const fits = now.offsetHeight + bar + measureDock() <= (scrolls() ? frame.clientHeight : innerHeight);
  now.scrollIntoView({ block: fits && one(".now") ? "end" : "start" });
}

function measureDock() {
  const height = one(".dock")?.offsetHeight ?? 0;
  one(".phone .frame").style.setProperty("--dock", `${height}px`);
  return height;
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
  const frame = one(".phone .frame");
  const at = frame.scrollTop;
  typed.style.height = "auto";
  typed.style.height = `${typed.scrollHeight + 2}px`;
  frame.scrollTo({ top: at, behavior: "instant" }); // for a moment there was less to scroll
  measureDock();
}

function later() {
  clearTimeout(timer);
  timer = setTimeout(saveInPassing, 500);
}

// Words or ticks that the bot does not hold yet.
function draft() {
  const { prompt } = scene().dataset;
  if (box() && box().value !== saved) return { kind: "write", text: box().value, done: false, prompt };
  if (String(chosen()) !== ticks) return { kind: "choose", values: chosen(), done: false, prompt };
  return null;
}

function hold(event) {
  if (event.kind === "write") saved = event.text;
  else ticks = String(event.values);
}

class NotKept extends Error {
  constructor(words) { super("not kept"); this.words = words; }
}

// Until the bot holds what stands in the box. Where the talk has gone on elsewhere: the event that brings the words late.
async function saveDraft() {
  clearTimeout(timer);
  const event = draft();
  if (!event) return null;
  keeping = true;
  const answer = await post(newKey(), event, 5000).finally(() => { keeping = false; });
  if (answer.status === 409) return event.kind === "write" ? { ...event, done: true } : null;
  if (!answer.ok) throw new NotKept(answer.status === 413 ? await answer.text() : "");
  hold(event);
  const kept = one(".dock .kept");
  if (kept && box()?.value === event.text) kept.textContent = kept.dataset.words;
  if (!pending) one(".trouble").hidden = true;
  return null;
}

async function saveInPassing() {
  if (keeping) return later(); // one after the other, so that the newest is the last
  try {
    const late = await saveDraft();
    if (late && !busy && late.prompt === scene().dataset.prompt) act(late);
  } catch (error) {
    const kept = one(".dock .kept");
    if (error.words) trouble(error.words);
    else if (kept) kept.textContent = kept.dataset.waits;
    if (!error.words && !busy) timer = setTimeout(saveInPassing, 3000);
  }
}

// Whatever is not known to be kept is handed over; what has arrived after all, the bot takes no second time.
function leave() {
  const event = draft();
  if (!event) return;
  const body = JSON.stringify({ token, key: newKey(), event });
  navigator.sendBeacon(`${chat}/events`, new Blob([body], { type: "application/json" })); // nobody says if it arrives
}

// What people do -------------------------------------------------------------

function chosen() {
  return [...page.querySelectorAll("[aria-pressed=true]")].map((button) => button.dataset.toggle);
}

function press(ids) {
  for (const button of page.querySelectorAll("[data-toggle]")) {
    button.setAttribute("aria-pressed", String(ids.includes(button.dataset.toggle)));
  }
}

function toggle(button) {
  if (busy) return; // what is under way has its ticks already
  button.setAttribute("aria-pressed", String(button.ariaPressed !== "true"));
  later();
}

function tapped(button) {
  const { dataset } = button;
  if (dataset.themeToggle !== undefined) turnTheme();
  else if (dataset.sample !== undefined) fill(dataset.sample);
  else if (dataset.event) act(JSON.parse(dataset.event));
  else if (dataset.toggle) toggle(button);
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
  if (form.dataset.asked) return performance.now() - Number(form.dataset.asked) > 350;
  const words = button.textContent;
  form.dataset.asked = String(performance.now());
  button.textContent = form.dataset.sure;
  button.addEventListener("blur", () => { button.textContent = words; delete form.dataset.asked; }, { once: true });
  return false;
}

// The second half of a double tap on what has gone hits nothing, and takes the focus nowhere.
function tooSoon(event) {
  if (event.detail < 2 || performance.now() - arrived > 500) return;
  event.preventDefault();
  event.stopImmediatePropagation();
}

page.addEventListener("mousedown", tooSoon);
page.addEventListener("click", tooSoon);

page.addEventListener("click", (event) => {
  closeMenus(event.target.closest("details.menu"));
  const button = event.target.closest("button[type=button]");
  if (button) tapped(button);
});

page.addEventListener("submit", (event) => {
  if (!event.target.dataset.form) return; // a form of another address
  event.preventDefault();
  if (sure(event.target)) act({ kind: "submit", form: event.target.dataset.form, values: values(event.target) });
});

page.addEventListener("input", (event) => {
  if (event.target !== box()) return;
  one(".dock .kept").textContent = "";
  const height = event.target.offsetHeight;
  grow();
  if (event.target.offsetHeight !== height) one(".now").scrollIntoView({ block: "end" }); // it may cover the question
  later();
});

document.addEventListener("keydown", (event) => {
  const menu = event.key === "Escape" && one("details.menu[open]");
  if (menu) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
  const typed = box();
  if (!typed) return;
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && event.target === typed) {
    event.preventDefault();
    act({ kind: "write", text: typed.value });
  } else if (event.target === one("#question") && (event.key.length === 1 || event.key === "Dead") && event.key !== " " &&
             !event.ctrlKey && !event.metaKey && !event.altKey) {
    typed.focus(); // whoever starts to type means the box
  }
});

document.addEventListener("visibilitychange", () => {
  if (document.visibilityState === "hidden") leave();
  else {
    if (draft()) later();
    lookBeside().catch(() => {});
  }
});
addEventListener("beforeunload", leave); // a reload asks for the page before it hides this one
addEventListener("pagehide", leave);
addEventListener("pageshow", (event) => { if (event.persisted) act({ kind: "open", page: "talk" }); });
addEventListener("popstate", (event) => act({ kind: "open", page: event.state?.page ?? "talk" }, true));
addEventListener("online", retry);
addEventListener("resize", () => { if (scrolls() && one(".now")) bringIntoSight(); });

settle();
showNewest();
if (scene().dataset.prompt !== "start") arrive();
// A reload asks for this page before the last words have arrived from the page that it replaces.
if (performance.getEntriesByType("navigation")[0]?.type !== "navigate") act({ kind: "open", page: here() }, true);
