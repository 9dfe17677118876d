// One experiment: its figures, its variants with the intervals of their lifts, and its rates by day.
import { $, COLORS, cell, draw, make, money, percent, signed, table, whole } from "./dom.js";

const figure = (name, value) => make("div", {}, make("dt", {}, name), make("dd", {}, value));

function reach(variants) {
  const ends = variants.flatMap((variant) => variant.interval || []).map(Math.abs);
  return Math.max(...ends, 1) * 1.08;
}

// The bar runs from the lowest to the highest lift; the line in the middle is no lift at all.
function intervalBar(variant, most, color) {
  const [low, high] = variant.interval;
  const x = (value) => 50 + (50 * value) / most;
  const middle = Math.min(Math.max(x(variant.improvement), 1), 99);
  return draw("svg", { class: "interval", viewBox: "0 0 100 14", preserveAspectRatio: "none", "aria-hidden": "true" },
    draw("line", { class: "zero", x1: 50, x2: 50, y1: 0, y2: 14 }),
    draw("rect", { x: x(low), width: Math.max(x(high) - x(low), 0.5), y: 4, height: 6, fill: color, opacity: 0.45 }),
    draw("rect", { x: middle - 0.8, width: 1.6, y: 2, height: 10, fill: color }));
}

function lift(variant, most, color, level) {
  if (variant.improvement === undefined) return cell("Lift", { class: "lift quiet" }, "control");
  const sure = variant.interval && variant.interval[0] * variant.interval[1] > 0;
  const kind = !sure ? "quiet" : variant.improvement > 0 ? "good" : "bad";
  const value = make("strong", { class: kind }, signed(variant.improvement));
  if (!variant.interval) return cell("Lift", { class: "lift" }, value, make("span", { class: "quiet range" }, "too few visitors"));
  const range = make("span", { class: "quiet range" }, `${signed(variant.interval[0])} to ${signed(variant.interval[1])}`);
  range.title = `${level} % confidence interval`;
  return cell("Lift", { class: "lift" }, make("span", { class: "values" }, value, range), intervalBar(variant, most, color));
}

function variantRow(variant, place, result, most) {
  const color = COLORS[place % COLORS.length];
  const swatch = make("span", { class: "swatch" });
  swatch.style.background = color;
  const number = (label, text) => cell(label, { class: "number" }, text);
  const cells = [
    make("th", { scope: "row", role: "rowheader" }, swatch, variant.name),
    number("Weight", variant.traffic_weight === null ? "MAB" : percent(variant.traffic_weight)),
    number("Visitors", whole(variant.visitors)),
    number("Conversions", whole(variant.conversions)),
    number("Rate", percent(variant.conversion_rate)),
    lift(variant, most, color, result.level),
  ];
  if (result.has_revenue) cells.push(number("Revenue", money(variant.revenue)), number("Per visitor", money(variant.rpv)));
  return make("tr", { role: "row" }, ...cells);
}

function resultTable(result) {
  const columns = [{ name: "Variant" }, ...["Weight", "Visitors", "Conversions", "Rate"].map((name) => ({ name, number: true })),
    { name: `Lift, ${result.level} % interval` }];
  if (result.has_revenue) columns.push({ name: `Revenue, ${result.currency}`, number: true }, { name: "Per visitor", number: true });
  const most = reach(result.variants);
  const rows = result.variants.map((variant, place) => variantRow(variant, place, result, most));
  return make("div", { class: "scroll" }, table(`Variants of ${result.test_name}`, columns, rows, { class: "blocks variants" }));
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

// Drawn in the pixels that there are, so that its words have their size on every screen.
function picture(lines, width) {
  const days = lines[0].length, height = 190, left = 44, right = width - 8;
  const top = Math.max(...lines.flat().map((point) => point.rate)) * 1.1 || 1;
  const x = (place) => left + (place * (right - left)) / (days - 1);
  const y = (rate) => 160 - (rate * 148) / top;
  const image = draw("svg", { width, height, viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": "Cumulative conversion rate by day" });
  for (const part of [0, 0.5, 1]) {
    const rate = (top / 1.1) * part;
    image.append(draw("line", { class: "grid", x1: left, x2: right, y1: y(rate), y2: y(rate) }));
    image.append(draw("text", { x: left - 7, y: y(rate) + 4, "text-anchor": "end" }, `${rate.toFixed(1)}%`));
  }
  lines.forEach((points, place) => {
    const path = points.map((point, at) => `${at ? "L" : "M"}${x(at).toFixed(1)},${y(point.rate).toFixed(1)}`).join("");
    image.append(draw("path", { d: path, stroke: COLORS[place % COLORS.length] }));
  });
  image.append(draw("text", { x: left, y: 182 }, lines[0][0].day), draw("text", { x: right, y: 182, "text-anchor": "end" }, lines[0][days - 1].day));
  return image;
}

const resized = new ResizeObserver((entries) => entries.forEach(({ target }) => target.redraw()));

function chart(rows, variants) {
  const lines = cumulative(rows, variants);
  if ((lines[0]?.length || 0) < 2) return make("span");
  const frame = make("div", { class: "chart" });
  let drawn = 0;
  frame.redraw = () => {
    const width = Math.max(Math.floor(frame.clientWidth), 240);
    if (width !== drawn) { drawn = width; frame.replaceChildren(picture(lines, width)); }
  };
  resized.disconnect();
  resized.observe(frame);
  return make("figure", {}, make("figcaption", {}, "Conversion rate, cumulative"), frame);
}

export function showReport({ result, timeseries }) {
  const goal = result.primary_goal || result.selected_goal || result.goal;
  const about = [`#${result.test_id}`, result.status, `${result.days_running} days`, goal ? `goal: ${goal.goal_name}` : "no goal", result.report_phase];
  const figures = [figure("Visitors", whole(result.total_visitors)), figure("Conversions", whole(result.total_conversions))];
  if (result.has_revenue) figures.push(figure("Revenue", money(result.total_revenue, result.currency)), figure("Per visitor", money(result.rpv)), figure("Per order", money(result.aov)));
  $("report").replaceChildren(
    make("h2", {}, result.test_name),
    make("p", { class: "quiet about" }, about.join(" · ")),
    make("dl", { class: "figures" }, ...figures),
    resultTable(result),
    chart(timeseries, result.variants),
  );
}
