// What stands around the talk: the panes beside it, the menus, light and dark. Called by chat.js, which comes after it.
// Law: it changes nothing that somebody wrote; the tour's sample goes only behind it.
"use strict";

// The panes beside the talk ---------------------------------------------------

// Only new lines are added, so that a screen reader does not read out the old ones again.
function addLines(log, lines) {
  const stand = [...log.children];
  if (stand.every((line, at) => line.outerHTML === lines[at]?.outerHTML)) log.append(...lines.slice(stand.length));
  else log.replaceChildren(...lines);
  showNewest();
}

function showNewest() {
  const frame = one(".platform .frame");
  if (frame) frame.scrollTop = frame.scrollHeight;
}

// News for the panes beside the talk, such as a reminder that has come due. Asked for, since a browser holds few
// connections to one server open, and people open many pages.
async function lookBeside() {
  if (busy || document.visibilityState === "hidden") return;
  const { seen } = one("[data-seen]").dataset;
  const answer = await fetch(`${chat}/beside?seen=${seen}`, { headers: { "Accept-Language": scene().dataset.locale } });
  if (answer.status === 200 && !busy) replaceParts(parsed(await answer.text()));
}

setInterval(() => lookBeside().catch(() => {}), 2000);

// Menus, the sample, light and dark -------------------------------------------

// The sample goes behind what stands in the box; whoever has tapped it goes on in the box.
function fill(sample) {
  const typed = box();
  if (!typed) return;
  if (!typed.value.includes(sample)) typed.value = [typed.value, sample].filter(Boolean).join("\n");
  one("[data-sample]").hidden = true;
  grow();
  later();
  typed.focus();
}

function turnTheme() {
  const root = document.documentElement;
  const dark = root.dataset.theme ?? (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light");
  root.dataset.theme = dark === "dark" ? "light" : "dark";
  try { localStorage.setItem("theme", root.dataset.theme); } catch { /* then for this page only */ }
}

function closeMenus(except) {
  for (const menu of page.querySelectorAll("details.menu[open]")) if (menu !== except) menu.open = false;
}

document.addEventListener("focusin", (event) => closeMenus(event.target.closest("details.menu")));
