// Small helpers of the page. Everything the server says goes in as text, never as markup.
const SVG = "http://www.w3.org/2000/svg";
export const COLORS = ["#4f6bed", "#0ca678", "#e8590c", "#ae3ec9", "#1098ad", "#e03131", "#74b816", "#845ef7"];
export const $ = (id) => document.getElementById(id);

function fill(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children.map((child) => (child instanceof Node ? child : String(child))));
  return element;
}
export const make = (tag, attributes = {}, ...children) => fill(document.createElement(tag), attributes, children);
export const draw = (tag, attributes, ...children) => fill(document.createElementNS(SVG, tag), attributes, children);

export function button(label, act, attributes = {}) {
  const made = make("button", { type: "button", ...attributes }, label);
  made.addEventListener("click", act);
  return made;
}

// Narrow screens show rows as blocks, which would take the roles of a table away; so they are said.
export function table(caption, columns, rows, attributes = {}) {
  const head = columns.map(({ name, number }) => make("th", { scope: "col", role: "columnheader", class: number ? "number" : "" }, name));
  return make("table", { role: "table", ...attributes },
    make("caption", {}, caption),
    make("thead", { role: "rowgroup" }, make("tr", { role: "row" }, ...head)),
    make("tbody", { role: "rowgroup" }, ...rows));
}
export const cell = (label, attributes, ...children) => make("td", { role: "cell", "data-label": label, ...attributes }, ...children);

export const whole = (value) => Number(value).toLocaleString("en-US");
export const percent = (value) => `${Number(value).toFixed(2)} %`;
export const signed = (value) => `${value > 0 ? "+" : ""}${Number(value).toFixed(1)} %`;
export const money = (value, currency) =>
  `${Number(value).toLocaleString("en-US", { minimumFractionDigits: 2, maximumFractionDigits: 2 })} ${currency || ""}`.trim();

let namespace = "";
export function useNamespace(name) { namespace = name; }

export async function ask(path, method = "GET", body = undefined) {
  const headers = namespace ? { "X-Sandbox-Namespace": namespace } : {};
  if (body !== undefined) headers["Content-Type"] = "application/json";
  const response = await fetch(`/__sandbox__${path}`, { method, headers, body: body === undefined ? undefined : JSON.stringify(body) });
  const answer = await response.json();
  if (!response.ok) throw new Error(answer.error || response.status);
  return answer;
}

let fade = null;
export function tell(words, kind = "") {
  $("message").textContent = words;
  $("message").className = `shown ${kind}`;
  clearTimeout(fade);
  fade = setTimeout(() => $("message").classList.remove("shown"), 6000);
}
