// Everything the server says goes in as text, never as markup.
"use strict";

const COLORS = ["#4f6bed", "#0ca678", "#e8590c", "#ae3ec9", "#1098ad", "#e03131", "#74b816", "#845ef7"];
const STATUS = { 0: "inactive", 1: "live", 9: "draft" };
const KEPT_ROWS = 200;
const $ = (id) => document.getElementById(id);

function fill(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children.map((child) => (child instanceof Node ? child : String(child))));
  return element;
}
const make = (tag, attributes = {}, ...children) => fill(document.createElement(tag), attributes, children);
const draw = (tag, attributes, ...children) => fill(document.createElementNS("http://www.w3.org/2000/svg", tag), attributes, children);

async function ask(path) {
  const response = await fetch(path);
  const body = await response.json();
  if (!response.ok) throw new Error(body.error || response.status);
  return body;
}

const whole = (value) => Number(value).toLocaleString("en-US");
const money = (value, currency) =>
  `${Number(value).toLocaleString("en-US", { minimumFractionDigits: 2, maximumFractionDigits: 2 })} ${currency || ""}`.trim();
const percent = (value) => `${Number(value).toFixed(2)} %`;

let chosen = null;

function pills(experiment) {
  if (experiment.serving_variant_id !== null) return make("span", { class: "pill serving" }, "serving");
  const label = experiment.is_completed ? "completed" : STATUS[experiment.status] || experiment.status;
  return make("span", { class: `pill ${label}` }, label);
}

function showExperiments(overview) {
  const menu = $("experiments");
  menu.replaceChildren();
  for (const project of overview.projects) {
    menu.append(make("h3", { title: project.project_key }, project.name));
    for (const experiment of project.experiments) {
      chosen ??= experiment.test_id;
      const name = make("span", { class: "name" }, experiment.test_name);
      const button = make("button", { type: "button", "data-test": experiment.test_id }, name, pills(experiment));
      button.setAttribute("aria-current", experiment.test_id === chosen);
      button.addEventListener("click", () => { chosen = experiment.test_id; refresh(); });
      menu.append(button);
    }
    if (!project.experiments.length) menu.append(make("p", { class: "empty" }, "No experiments."));
  }
  if (!overview.projects.length) menu.append(make("p", { class: "empty" }, "No data: nothing was seeded or imported."));
  $("clock").textContent = `${overview.clock.now.slice(0, 19).replace("T", " ")} UTC${overview.clock.frozen ? ", frozen" : ""}`;
  $("faults").textContent = overview.faults ? `${overview.faults} fault rule${overview.faults > 1 ? "s" : ""}` : "";
}

function figure(name, value) {
  return make("div", {}, make("dt", {}, name), make("dd", {}, value));
}

function lift(value) {
  if (value === undefined) return make("td", { class: "number quiet" }, "–");
  const kind = value > 0 ? "good" : value < 0 ? "bad" : "quiet";
  return make("td", { class: `number ${kind}` }, `${value > 0 ? "+" : ""}${percent(value)}`);
}

function variantRow(variant, place, result) {
  const swatch = make("span", { class: "swatch" });
  swatch.style.background = COLORS[place % COLORS.length];
  const cells = [
    make("td", {}, swatch, variant.name),
    make("td", { class: "number" }, variant.traffic_weight === null ? "MAB" : percent(variant.traffic_weight)),
    make("td", { class: "number" }, whole(variant.visitors)),
    make("td", { class: "number" }, whole(variant.conversions)),
    make("td", { class: "number" }, percent(variant.conversion_rate)),
    lift(variant.improvement),
  ];
  if (result.has_revenue) {
    cells.push(make("td", { class: "number" }, money(variant.revenue)), make("td", { class: "number" }, money(variant.rpv)));
  }
  return make("tr", {}, ...cells);
}

function resultTable(result) {
  const names = ["Weight", "Visitors", "Conversions", "Rate", "Lift"];
  if (result.has_revenue) names.push(`Revenue, ${result.currency}`, "Per visitor");
  const head = make("tr", {}, make("th", {}, "Variant"), ...names.map((name) => make("th", { class: "number" }, name)));
  const rows = result.variants.map((variant, place) => variantRow(variant, place, result));
  return make("div", { class: "scroll" }, make("table", {}, make("thead", {}, head), make("tbody", {}, ...rows)));
}

function cumulative(rows, variants) {
  const days = [...new Set(rows.map((row) => row.created_at.slice(0, 10)))].sort();
  return variants.map((variant) => {
    let visitors = 0, converted = 0;
    const own = new Map(rows.filter((row) => row.variant_id === variant.variant_id).map((row) => [row.created_at.slice(0, 10), row]));
    return days.map((day) => {
      visitors += Number(own.get(day)?.visitors || 0);
      converted += Number(own.get(day)?.converted || 0);
      return { day, rate: visitors ? (100 * converted) / visitors : 0 };
    });
  });
}

function chart(rows, variants) {
  const lines = cumulative(rows, variants);
  const days = lines[0]?.length || 0;
  if (days < 2) return make("span");
  const top = Math.max(...lines.flat().map((point) => point.rate)) * 1.1 || 1;
  const x = (place) => 44 + (place * 848) / (days - 1);
  const y = (rate) => 150 - (rate * 140) / top;
  const picture = draw("svg", { viewBox: "0 0 900 170", role: "img", "aria-label": "Cumulative conversion rate by day" });
  for (const part of [0, 0.5, 1]) {
    const rate = (top / 1.1) * part;
    picture.append(draw("line", { class: "grid", x1: 44, x2: 892, y1: y(rate), y2: y(rate) }));
    picture.append(draw("text", { x: 38, y: y(rate) + 4, "text-anchor": "end" }, `${rate.toFixed(1)}%`));
  }
  lines.forEach((points, place) => {
    const path = points.map((point, at) => `${at ? "L" : "M"}${x(at).toFixed(1)},${y(point.rate).toFixed(1)}`).join("");
    picture.append(draw("path", { d: path, stroke: COLORS[place % COLORS.length] }));
  });
  picture.append(draw("text", { x: 44, y: 166 }, lines[0][0].day), draw("text", { x: 892, y: 166, "text-anchor": "end" }, lines[0][days - 1].day));
  return make("figure", {}, make("figcaption", {}, "Conversion rate, cumulative"), picture);
}

function showReport({ result, timeseries }) {
  const goal = result.primary_goal || result.selected_goal || result.goal;
  const about = [`#${result.test_id}`, result.status, `${result.days_running} days`, goal ? `goal: ${goal.goal_name}` : "no goal", result.report_phase];
  const figures = [figure("Visitors", whole(result.total_visitors)), figure("Conversions", whole(result.total_conversions))];
  if (result.has_revenue) figures.push(figure("Revenue", money(result.total_revenue, result.currency)), figure("Per visitor", money(result.rpv)), figure("Per order", money(result.aov)));
  $("report").replaceChildren(
    make("h2", {}, result.test_name),
    make("span", { class: "quiet" }, about.join(" · ")),
    make("dl", { class: "figures" }, ...figures),
    resultTable(result),
    chart(timeseries, result.variants),
  );
}

let asked = 0;

async function refresh() {
  const turn = (asked += 1);
  try {
    const overview = await ask("/__sandbox__/view/overview");
    if (turn !== asked) return;
    const known = overview.projects.flatMap((project) => project.experiments.map((experiment) => experiment.test_id));
    if (!known.includes(chosen)) chosen = null;
    showExperiments(overview);
    if (chosen === null) { $("report").replaceChildren(make("p", { class: "empty" }, "No experiment.")); return; }
    const report = await ask(`/__sandbox__/view/report?test_id=${chosen}`);
    if (turn === asked) showReport(report);
  } catch (error) {
    if (turn === asked) $("report").replaceChildren(make("p", { class: "bad" }, error.message));
  }
}

function requestRow(seen) {
  const kind = seen.status === null ? "quiet" : seen.status >= 500 ? "bad" : seen.status >= 400 ? "warn" : "good";
  const target = seen.query ? `${seen.path}?${seen.query}` : seen.path;
  const row = make("tr", { class: "request fresh", tabindex: "0", "data-number": seen.number },
    make("td", { class: "quiet number" }, seen.number),
    make("td", { class: "quiet" }, seen.at.slice(11, 19)),
    make("td", { class: "method" }, seen.method),
    make("td", { class: "code" }, target),
    make("td", { class: kind }, seen.status ?? "…"),
    make("td", { class: "number quiet" }, seen.milliseconds ?? ""),
    make("td", { class: "warn" }, seen.fault ?? ""));
  const details = make("tr", { hidden: "" }, make("td", { colspan: "7" }, make("pre", {}, detailsOf(seen))));
  const toggle = () => { details.hidden = !details.hidden; };
  row.addEventListener("click", toggle);
  row.addEventListener("keydown", (event) => { if (event.key === "Enter") toggle(); });
  return [row, details];
}

function detailsOf(seen) {
  const headers = Object.entries(seen.headers).map(([name, value]) => `${name}: ${value}`);
  return [...headers, "", seen.body || "(no body)"].join("\n");
}

let after = 0;
let paused = false;
const shown = new Map();
const open = new Set();

function showRequests(requests) {
  for (const seen of requests) {
    const rows = requestRow(seen);
    const old = shown.get(seen.number);
    if (old) old.forEach((row, place) => row.replaceWith(rows[place]));
    else $("rows").prepend(...rows);
    shown.set(seen.number, rows);
    if (seen.status === null) open.add(seen.number); else open.delete(seen.number);
    after = Math.max(after, seen.number);
  }
  for (const number of [...shown.keys()].slice(0, Math.max(0, shown.size - KEPT_ROWS))) {
    shown.get(number).forEach((row) => row.remove());
    shown.delete(number);
    open.delete(number);
  }
  $("none").hidden = shown.size > 0;
}

// A request that was still under way is read again until it has its status.
async function listen() {
  for (;;) {
    try {
      const from = Math.min(after, ...[...open].map((number) => number - 1));
      const { requests, count } = await ask(`/__sandbox__/requests?after=${from}&wait=${open.size ? 0 : 10}`);
      $("link").textContent = "live";
      $("link").className = "on";
      $("count").textContent = `${whole(count)} seen`;
      if (count < after) { after = 0; open.clear(); }
      const fresh = requests.filter((seen) => seen.number > after || (open.has(seen.number) && seen.status !== null));
      if (!paused && fresh.length) { showRequests(fresh); scheduleRefresh(); }
      await new Promise((wake) => setTimeout(wake, open.size || paused ? 500 : 150));
    } catch {
      $("link").textContent = "not reachable";
      $("link").className = "";
      await new Promise((wake) => setTimeout(wake, 1500));
    }
  }
}

let timer = null;
function scheduleRefresh() {
  timer ??= setTimeout(() => { timer = null; refresh(); }, 1000);
}

$("pause").addEventListener("click", () => {
  paused = !paused;
  $("pause").textContent = paused ? "Go on" : "Pause";
  $("pause").setAttribute("aria-pressed", paused);
});
$("clear").addEventListener("click", () => { $("rows").replaceChildren(); shown.clear(); open.clear(); $("none").hidden = false; });

refresh();
listen();
