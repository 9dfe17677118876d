// The requests as they come: filtered here, opened one by one.
import { $, ask, cell, make, tell, whole } from "./dom.js";

const KEPT_ROWS = 500;
const COLUMNS = 7;
let after = 0;
let paused = false;
let turn = 0;
const shown = new Map();
const unanswered = new Set();

function kindOf(status) {
  return status === null ? "quiet" : status >= 500 ? "bad" : status >= 400 ? "warn" : "good";
}

function matches(seen) {
  const words = $("search").value.toLowerCase(), status = $("status").value, method = $("method").value;
  const text = `${seen.path}?${seen.query} ${seen.fault || ""}`.toLowerCase();
  return (!words || text.includes(words)) && (!method || seen.method === method)
    && (!status || (status === "fault" ? seen.fault || seen.stub : String(seen.status)[0] === status));
}

function filter() {
  let visible = 0;
  for (const { seen, row, details } of shown.values()) {
    const fits = matches(seen);
    row.hidden = !fits;
    if (!fits) close(row, details);
    visible += fits;
  }
  $("none").hidden = visible > 0;
  $("none").textContent = shown.size ? "No request matches." : "No requests yet. Point a client here and watch.";
}

function close(row, details) {
  details.hidden = true;
  row.querySelector("button").setAttribute("aria-expanded", "false");
}

function pretty(text) {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}

function part(title, headers, body) {
  const lines = Object.entries(headers).map(([name, value]) => make("div", {}, make("span", { class: "quiet" }, `${name}: `), value));
  return make("section", { class: "part" }, make("h3", {}, title), make("div", { class: "code headers" }, ...lines),
    make("pre", {}, body ? pretty(body) : "(no body)"));
}

async function open(number, row, details) {
  const wanted = details.hidden;
  if (!wanted) return close(row, details);
  row.querySelector("button").setAttribute("aria-expanded", "true");
  details.hidden = false;
  try {
    const whole = await ask(`/request?number=${number}`);
    const answer = whole.status === null ? "no answer yet" : `${whole.status}`;
    details.firstChild.replaceChildren(make("div", { class: "parts" },
      part("Request", whole.headers, whole.body), part(`Answer: ${answer}`, whole.answer_headers, whole.answer)));
  } catch (error) {
    details.firstChild.replaceChildren(make("p", { class: "bad" }, error.message));
  }
}

function rowsOf(seen) {
  const target = seen.query ? `${seen.path}?${seen.query}` : seen.path;
  const name = make("button", { type: "button", class: "target code", "aria-expanded": "false" }, target);
  const interfered = [seen.fault, seen.stub && `stub ${seen.stub}`].filter(Boolean).join(", ");
  const row = make("tr", { class: "request fresh", role: "row", "data-number": seen.number },
    cell("Number", { class: "quiet number n" }, seen.number),
    cell("Time", { class: "quiet t" }, seen.at.slice(11, 19)),
    cell("Method", { class: "method m" }, seen.method),
    cell("Path", { class: "p" }, name),
    cell("Status", { class: `${kindOf(seen.status)} s` }, seen.status ?? "…"),
    cell("Milliseconds", { class: "number quiet d" }, seen.milliseconds ?? ""),
    cell("Fault or stub", { class: "warn f" }, interfered));
  const details = make("tr", { hidden: "", class: "details", role: "row" }, make("td", { colspan: COLUMNS, role: "cell" }));
  row.addEventListener("click", () => open(seen.number, row, details));
  return { seen, row, details };
}

function showRequests(requests) {
  for (const seen of requests) {
    const fresh = rowsOf(seen), old = shown.get(seen.number);
    if (old) { old.row.replaceWith(fresh.row); old.details.replaceWith(fresh.details); }
    else $("rows").prepend(fresh.row, fresh.details);
    shown.set(seen.number, fresh);
    if (seen.status === null) unanswered.add(seen.number); else unanswered.delete(seen.number);
    after = Math.max(after, seen.number);
  }
  for (const number of [...shown.keys()].slice(0, Math.max(0, shown.size - KEPT_ROWS))) {
    shown.get(number).row.remove();
    shown.get(number).details.remove();
    shown.delete(number);
    unanswered.delete(number);
  }
  filter();
}

function clear() {
  $("rows").replaceChildren();
  shown.clear();
  unanswered.clear();
  filter();
}

export function startAgain() {
  turn += 1;
  after = 0;
  clear();
}

// A request that was still under way is read again until it has its status.
export async function listen(came) {
  for (;;) {
    const own = turn;
    try {
      const from = Math.min(after, ...[...unanswered].map((number) => number - 1));
      const wait = unanswered.size || !after ? 0 : 10;
      const { requests, count } = await ask(`/requests?after=${from}&wait=${wait}&brief=1`);
      if (own !== turn) continue;
      $("link").textContent = "live";
      $("link").className = "on";
      $("count").textContent = `${whole(count)} seen`;
      if (count < after) { after = 0; unanswered.clear(); }
      const fresh = requests.filter((seen) => seen.number > after || (unanswered.has(seen.number) && seen.status !== null));
      if (!paused && fresh.length) { showRequests(fresh); came(); }
      await new Promise((wake) => setTimeout(wake, unanswered.size || paused || !after ? 500 : 150));
    } catch {
      $("link").textContent = "not reachable";
      $("link").className = "";
      await new Promise((wake) => setTimeout(wake, 1500));
    }
  }
}

export function startRequests() {
  for (const id of ["search", "status", "method"]) $(id).addEventListener("input", filter);
  $("pause").addEventListener("click", () => {
    paused = !paused;
    $("pause").textContent = paused ? "Go on" : "Pause";
    $("pause").setAttribute("aria-pressed", paused);
  });
  $("clear").addEventListener("click", async () => {
    clear();
    await ask("/requests", "DELETE").catch((error) => tell(error.message, "bad"));
  });
}
