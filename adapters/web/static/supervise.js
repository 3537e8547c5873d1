// Puts the questions for a meeting into the clipboard. Law: without it they can be selected and copied all the same.
"use strict";

const agenda = document.getElementById("agenda");
const copy = document.getElementById("copy");
const copied = document.getElementById("copied");

const words = () => [...agenda.children].map((item, at) => {
  const [about, asks] = [...item.children].map((part) => part.textContent);
  return `${at + 1}. ${about}\n   ${asks}`;
}).join("\n");

function select() {
  getSelection().selectAllChildren(agenda);
  return copy.dataset.selected;
}

copy.hidden = false;
copy.addEventListener("click", async () => {
  copied.textContent = "";
  try {
    await navigator.clipboard.writeText(words());
    copied.textContent = copy.dataset.copied;
  } catch {
    copied.textContent = select();
  }
});
