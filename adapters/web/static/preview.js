// Looks a few times a second for what was saved. Law: it only looks; the page says what there is to see.
"use strict";

const EVERY = 400;
let version = one("[data-version]").dataset.version;

// A version that can be tried is there: the talk goes on in it, from the same place.
async function look() {
  await lookBeside();
  const now = one("[data-version]").dataset.version;
  if (now === version || busy) return;
  version = now;
  act({ kind: "open", page: "talk" }, false, true);
}

function lookSoon() {
  setTimeout(() => look().catch(() => {}).then(lookSoon), EVERY);
}

// The form at the top is none of the talk's: it leads to a new page.
document.addEventListener("submit", (event) => {
  if (event.target.matches(".begin")) event.stopPropagation();
}, true);

lookSoon();
