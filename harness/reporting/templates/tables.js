"use strict";
for (const table of document.querySelectorAll("table")) {
  const heads = [...table.querySelectorAll("thead th")];
  heads.forEach((head, column) => head.querySelector("button").addEventListener("click", () => {
    const numeric = [...table.tBodies[0].rows].some(row => row.cells[column].dataset.value !== undefined);
    const first = head.dataset.first === "ascending" ? false : numeric;
    const descending = head.ariaSort === "none" ? first : head.ariaSort === "ascending";
    for (const other of heads) other.ariaSort = "none";
    head.ariaSort = descending ? "descending" : "ascending";
    const key = row => numeric ? Number(row.cells[column].dataset.value) : row.cells[column].textContent;
    const rows = [...table.tBodies[0].rows].map(row => [key(row), row]);
    rows.sort(([a], [b]) => (descending ? -1 : 1) * (numeric ? a - b || 0 : a.localeCompare(b)));
    table.tBodies[0].append(...rows.map(([, row]) => row));
  }));
}
