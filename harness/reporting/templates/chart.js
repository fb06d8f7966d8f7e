const data = JSON.parse(document.getElementById("points").textContent);
const canvas = document.getElementById("chart"), detail = document.getElementById("detail");
const choices = { score: document.getElementById("score"), target: document.getElementById("target") };
const ranks = document.getElementById("ranks");
const MARGIN = { left: 58, right: 14, top: 12, bottom: 42 };
const colour = name => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`);
let shown = [], chosen = null;

for (const [select, names] of [[choices.score, Object.keys(data.scores)], [choices.target, Object.keys(data.targets)]]) {
  for (const name of names) select.add(new Option(name, name));
  select.addEventListener("change", draw);
}
ranks.addEventListener("change", draw);
new ResizeObserver(draw).observe(canvas);
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
addEventListener("beforeprint", draw);

/* Mean ranks from 1, -inf being the lowest. */
function ranked(values) {
  const order = values.map((_, i) => i).sort((a, b) => values[a] - values[b]);
  const result = new Array(values.length);
  for (let i = 0; i < order.length;) {
    let end = i;
    while (end < order.length && values[order[end]] === values[order[i]]) end++;
    for (let k = i; k < end; k++) result[order[k]] = (i + end + 1) / 2;
    i = end;
  }
  return result;
}

/* Accuracies crowd near the top: steps of equal ratio of errors are equal. */
const STRETCH = { to: v => -Math.log(101 - v), ticks: [10, 20, 30, 40, 50, 60, 70, 80, 85, 90, 92, 94, 96, 98] };
const PLAIN = { to: v => v, ticks: null };

function steps(low, high) {
  const rough = (high - low) / 5 || 1, power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map(k => k * power).find(s => s >= rough);
  const found = [];
  for (let v = Math.ceil(low / step) * step; v <= high + step * 1e-9; v += step) found.push(Math.abs(v) < step * 1e-9 ? 0 : v);
  return found;
}

function scale(values, from, to, kind) {
  let low = Infinity, high = -Infinity;
  for (const v of values) if (isFinite(v)) { low = Math.min(low, v); high = Math.max(high, v); }
  if (low > high) [low, high] = [0, 1];
  if (low === high) [low, high] = [low - 1, high + 1];
  const a = kind.to(low), b = kind.to(high);
  const at = v => from + (kind.to(v) - a) / (b - a) * (to - from);
  const ticks = (kind.ticks || steps(low, high)).filter(v => v >= low && v <= high);
  let last = Infinity;
  return { at, ticks: ticks.filter(v => Math.abs(at(v) - last) > 18 && ((last = at(v)), true)) };
}

function text(value) {
  return value === -Infinity ? "-inf" : String(Number(value.toPrecision(6)));
}

function draw() {
  if (!canvas.clientWidth) return; /* folded */
  const width = canvas.clientWidth, height = canvas.clientHeight, ratio = window.devicePixelRatio || 1;
  canvas.width = Math.round(width * ratio);
  canvas.height = Math.round(height * ratio);
  const pen = canvas.getContext("2d");
  pen.scale(ratio, ratio);
  pen.font = "12px system-ui, sans-serif";
  const score = choices.score.value, target = choices.target.value;
  const both = data.indices.map((_, i) => i).filter(i => data.scores[score][i] !== null && data.targets[target][i] !== null);
  const xs = both.map(i => data.scores[score][i] === "-inf" ? -Infinity : data.scores[score][i]);
  const ys = both.map(i => data.targets[target][i]);
  const px = ranks.checked ? ranked(xs) : xs, py = ranks.checked ? ranked(ys) : ys;
  const x = scale(px, MARGIN.left + 14, width - MARGIN.right, PLAIN);
  const y = scale(py, height - MARGIN.bottom, MARGIN.top, data.accuracies[target] && !ranks.checked ? STRETCH : PLAIN);
  axes(pen, x, y, width, height, score, target);
  shown = both.map((i, k) => ({
    i, k, value: xs[k], accuracy: ys[k], x: isFinite(px[k]) ? x.at(px[k]) : MARGIN.left + 4, y: y.at(py[k]) }));
  pen.globalAlpha = Math.max(0.12, Math.min(0.8, 60 / shown.length ** 0.7));
  const soft = colour("soft"), point = colour("point");
  for (const p of shown) dot(pen, p, p.value === -Infinity ? soft : point, 2.5);
  pen.globalAlpha = 1;
  chosen = chosen && shown.find(p => p.i === chosen.i) || null;
  if (chosen) { dot(pen, chosen, colour("chosen"), 5); }
  canvas.dataset.points = shown.length;
}

function dot(pen, p, fill, radius) {
  pen.fillStyle = fill;
  pen.beginPath();
  pen.arc(p.x, p.y, radius, 0, 2 * Math.PI);
  pen.fill();
}

function axes(pen, x, y, width, height, score, target) {
  const unit = ranks.checked ? ", rank" : "";
  pen.fillStyle = colour("soft");
  pen.strokeStyle = colour("line");
  pen.textAlign = "right";
  pen.textBaseline = "middle";
  for (const v of y.ticks) {
    pen.beginPath(); pen.moveTo(MARGIN.left, y.at(v)); pen.lineTo(width - MARGIN.right, y.at(v)); pen.stroke();
    pen.fillText(text(v), MARGIN.left - 6, y.at(v));
  }
  pen.textAlign = "center";
  pen.textBaseline = "top";
  let end = -Infinity;
  for (const v of x.ticks) {
    const label = text(v), half = pen.measureText(label).width / 2;
    if (x.at(v) - half < end + 6) continue;
    end = x.at(v) + half;
    pen.fillText(label, x.at(v), height - MARGIN.bottom + 6);
  }
  pen.fillText(score + unit, (MARGIN.left + width) / 2, height - 18);
  pen.save();
  pen.translate(6, height / 2);
  pen.rotate(-Math.PI / 2);
  pen.fillText(target + unit, 0, 0);
  pen.restore();
}

function choose(point) {
  chosen = point;
  draw();
  if (!point) return;
  detail.textContent = `index ${data.indices[point.i]} · ${data.archs[point.i]} · ${choices.target.value} ${text(point.accuracy)} · `
    + `${choices.score.value} ${text(point.value)}`;
}

function nearest(event) {
  const box = canvas.getBoundingClientRect();
  let best = null, least = 20 ** 2;
  for (const p of shown) {
    const distance = (p.x - event.clientX + box.left) ** 2 + (p.y - event.clientY + box.top) ** 2;
    if (distance < least) { least = distance; best = p; }
  }
  if (best && (!chosen || best.i !== chosen.i)) choose(best);
}

canvas.addEventListener("pointermove", nearest);
canvas.addEventListener("pointerdown", nearest);
canvas.addEventListener("keydown", event => {
  const step = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1 }[event.key];
  if (!step || !shown.length) return;
  event.preventDefault();
  const order = [...shown].sort((a, b) => a.x - b.x || a.y - b.y);
  const at = chosen ? order.findIndex(p => p.i === chosen.i) + step : step > 0 ? 0 : order.length - 1;
  choose(order[Math.max(0, Math.min(order.length - 1, at))]);
});
