// The page's start: the menu of experiments, and what brings the parts together.
import { $, ask, make, useNamespace } from "./dom.js";
import { showControls, startControls } from "./controls.js";
import { showReport } from "./report.js";
import { listen, startAgain, startRequests } from "./requests.js";

const STATUS = { 0: "inactive", 1: "live", 9: "draft" };
let chosen = null;
let asked = 0;
let timer = null;

function pill(experiment) {
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
      const entry = make("button", { type: "button", "data-test": experiment.test_id }, name, pill(experiment));
      entry.setAttribute("aria-current", experiment.test_id === chosen);
      entry.addEventListener("click", () => {
        chosen = experiment.test_id;
        refresh();
        if (matchMedia("(max-width: 820px)").matches) $("report").scrollIntoView({ behavior: "smooth" });
      });
      menu.append(entry);
    }
    if (!project.experiments.length) menu.append(make("p", { class: "empty" }, "No experiments."));
  }
  if (!overview.projects.length) menu.append(make("p", { class: "empty" }, "No data: nothing was seeded or imported."));
  $("clock").textContent = `${overview.clock.now.slice(0, 19).replace("T", " ")} UTC${overview.clock.frozen ? ", frozen" : ""}`;
}

function showNamespaces(names) {
  const select = $("namespace"), current = select.value;
  const options = ["", ...new Set([...names, ...(current ? [current] : [])])];
  select.replaceChildren(...options.map((name) => make("option", { value: name }, name || "server")));
  select.value = current;
  $("namespaces").hidden = options.length < 2;
}

async function refresh() {
  const turn = (asked += 1);
  try {
    const overview = await ask("/view/overview");
    if (turn !== asked) return;
    const known = overview.projects.flatMap((project) => project.experiments.map((experiment) => experiment.test_id));
    if (!known.includes(chosen)) chosen = null;
    showExperiments(overview);
    showControls(overview);
    showNamespaces(overview.namespaces);
    if (chosen === null) { $("report").replaceChildren(make("p", { class: "empty" }, "No experiment.")); return; }
    const report = await ask(`/view/report?test_id=${chosen}`);
    if (turn === asked) showReport(report);
  } catch (error) {
    if (turn === asked) $("report").replaceChildren(make("p", { class: "bad" }, error.message));
  }
}

$("namespace").addEventListener("change", () => {
  useNamespace($("namespace").value);
  startAgain();
  refresh();
});
startControls(refresh);
startRequests();
refresh();
listen(() => { timer ??= setTimeout(() => { timer = null; refresh(); }, 1000); });
