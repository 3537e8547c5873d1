// Light or dark as this browser was told last, before anything is drawn.
"use strict";
try {
  const told = localStorage.getItem("theme");
  if (told === "light" || told === "dark") document.documentElement.dataset.theme = told;
} catch { /* a browser that keeps nothing follows its system */ }
