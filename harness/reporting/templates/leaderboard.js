"use strict";
{
  const form = document.getElementById("choose"), choice = document.getElementById("board");
  const words = document.getElementById("text"), trivial = document.getElementById("trivial");
  const count = document.getElementById("count");
  const boards = [...document.querySelectorAll(".board")];
  const rows = [...document.querySelectorAll("[data-score]")];
  const texts = new Map([...document.querySelectorAll(".about")].map(one => [one.dataset.score, one.textContent.toLowerCase()]));

  function show(anchor) {
    choice.value = anchor;
    for (const board of boards) board.hidden = board.id !== anchor;
    tell();
  }

  function wanted(row) {
    const needs = row.dataset.needs.split(" ");
    if ([...form.elements.without].some(box => box.checked && needs.includes(box.value))) return false;
    if (trivial.checked && row.dataset.kind === "trivial baseline") return false;
    return texts.get(row.dataset.score).includes(words.value.trim().toLowerCase());
  }

  function filter() {
    for (const row of rows) row.hidden = !wanted(row);
    tell();
  }

  function tell() {
    const its = [...document.querySelectorAll(".board:not([hidden]) [data-score]")];
    count.textContent = `${its.filter(row => !row.hidden).length} of ${its.length} scores of this board are shown.`;
  }

  function follow() {
    const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    const board = target && target.closest(".board");
    if (board) show(board.id);
    const about = target && target.closest(".about");
    if (about) { about.hidden = false; about.open = true; }
    if (board || about) target.scrollIntoView();
  }

  form.addEventListener("submit", event => event.preventDefault());
  form.addEventListener("input", filter);
  choice.addEventListener("change", () => {
    show(choice.value);
    history.replaceState(null, "", `#${choice.value}`);
  });
  addEventListener("hashchange", follow);
  addEventListener("beforeprint", () => { for (const image of document.images) image.loading = "eager"; });
  form.hidden = false;
  form.reset();
  show(choice.value);
  document.documentElement.classList.add("ready");
  follow();
}
