"use strict";
{
  const folds = [...document.querySelectorAll("details")], button = document.getElementById("open-all");
  const label = () => { button.textContent = folds.every(fold => fold.open) ? "Close all sections" : "Open all sections"; };
  const set = states => folds.forEach((fold, i) => { fold.open = states[i]; });
  let before = null;
  button.addEventListener("click", () => { const open = !folds.every(fold => fold.open); set(folds.map(() => open)); });
  for (const fold of folds) fold.addEventListener("toggle", label);
  addEventListener("beforeprint", () => { before = folds.map(fold => fold.open); set(folds.map(() => true)); });
  addEventListener("afterprint", () => { if (before) set(before); before = null; });
  label();
  button.hidden = folds.length === 0;
}
