// Clock, faults, snapshots and data: what the page can do to the sandbox.
import { $, ask, button, make, tell, whole } from "./dom.js";

let changed = () => {};

async function act(work, words) {
  try {
    await work();
    tell(words);
  } catch (error) {
    tell(error.message, "bad");
  }
  changed();
}

function onSubmit(id, work) {
  $(id).addEventListener("submit", (event) => { event.preventDefault(); work(); });
}

function clock() {
  for (const made of document.querySelectorAll("[data-move]")) {
    made.addEventListener("click", () => act(() => ask("/clock", "POST", { move: Number(made.dataset.move) }), "The clock was moved."));
  }
  $("freeze").addEventListener("click", () => {
    const frozen = $("freeze").dataset.frozen === "true";
    act(() => ask("/clock", "POST", frozen ? { run: true } : { freeze: true }), frozen ? "The clock runs." : "The clock stands still.");
  });
  onSubmit("set-clock", () => act(() => ask("/clock", "POST", { freeze: `${$("time").value}Z` }), "The clock was set."));
}

function faults() {
  onSubmit("add-fault", () => {
    const rule = { action: $("fault").value };
    if ($("fault-path").value) rule.path = $("fault-path").value;
    if ($("fault-times").value) rule.times = Number($("fault-times").value);
    act(() => ask("/faults", "POST", rule), "The fault rule is in force.");
  });
  $("clear-faults").addEventListener("click", () => act(async () => { await ask("/faults", "DELETE"); await ask("/stubs", "DELETE"); }, "No faults and no stubs any more."));
}

function data() {
  onSubmit("take-snapshot", () => act(() => ask("/snapshots", "POST", { name: $("snapshot").value }), `Snapshot ${$("snapshot").value} was taken.`));
  let sure = null;
  $("reset").addEventListener("click", () => {
    if (sure === null) {
      $("reset").textContent = "Really reset?";
      sure = setTimeout(() => { sure = null; $("reset").textContent = "Reset"; }, 4000);
      return;
    }
    clearTimeout(sure);
    sure = null;
    $("reset").textContent = "Reset";
    act(() => ask("/reset", "POST"), "All data are as they were at the start.");
  });
  $("traffic").addEventListener("click", () => act(() => ask("/traffic", "POST", { visitors: 1000 }), "1,000 visitors came to each live experiment."));
}

function line(words, note, ...acts) {
  return make("li", {}, make("span", { class: "code" }, words), make("span", { class: "quiet" }, note), ...acts);
}

function faultLines({ rules, stubs }) {
  const matched = (one) => [one.method, one.path, one.times && (one.times === 1 ? "once" : `${one.times} times`)].filter(Boolean).join(" ");
  return [
    ...rules.map((rule) => {
      const args = Object.entries(rule.args).map(([name, value]) => `;${name}=${value}`).join("");
      return line(rule.action + args, [matched(rule), `used ${whole(rule.fired)}`].filter(Boolean).join(", "));
    }),
    ...stubs.map((stub) => line(`stub ${stub.number}`, [matched({ ...stub.request, times: stub.times }), `used ${whole(stub.used)}`].filter(Boolean).join(", "))),
  ];
}

export function showControls(overview) {
  const { clock: time, snapshots } = overview;
  $("now").textContent = `${time.now.slice(0, 19).replace("T", " ")} UTC`;
  $("freeze").textContent = time.frozen ? "Let it run" : "Freeze";
  $("freeze").dataset.frozen = time.frozen;
  if (document.activeElement !== $("time")) $("time").value = time.now.slice(0, 16);
  const inForce = faultLines(overview);
  $("fault-list").replaceChildren(...(inForce.length ? inForce : [make("li", { class: "quiet" }, "None in force.")]));
  $("clear-faults").hidden = !inForce.length;
  $("snapshot-list").replaceChildren(...snapshots.map((name) => line(name, "",
    button("Restore", () => act(() => ask("/restore", "POST", { name }), `Snapshot ${name} was restored.`)),
    button("Delete", () => act(() => ask(`/snapshots?name=${encodeURIComponent(name)}`, "DELETE"), `Snapshot ${name} was deleted.`), { "aria-label": `Delete ${name}` }))));
}

export function startControls(refresh) {
  changed = refresh;
  clock();
  faults();
  data();
}
