/**
 * The conformance suite's own command line, many times in one process: Node and the suite's packages take longer
 * to start than most scenarios take to run.
 *
 * `node runner.mjs INDEX_JS` reads one run per line, {"words": […], "env": {…}}, and answers each with a line
 * {"said": …, "status": …}. Every run evaluates the suite anew, so that none sees what another has left.
 */
import { writeSync } from "node:fs";
import { createRequire } from "node:module";
import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";

const index = pathToFileURL(process.argv[2]);
const { Command } = await import(pathToFileURL(createRequire(index).resolve("commander")));
const exits = new Error("the suite has called process.exit");
let program, run;

Command.prototype.parse = function () {
  program = this; // what the suite would do as it is loaded, once per run and with that run's words
};
process.exit = (status) => {
  run.status ??= status ?? 0;
  throw exits;
};
for (const stream of [process.stdout, process.stderr]) {
  stream.write = (text) => {
    if (run.status === undefined) run.said += text;
    return true;
  };
}

let count = 0;
for await (const line of createInterface({ input: process.stdin })) {
  const { words, env } = JSON.parse(line);
  process.env = { ...env };
  run = { said: "", status: undefined };
  try {
    await import(`${index}?${(count += 1)}`);
    await program.parseAsync(words, { from: "user" });
    run.status ??= 0;
  } catch (error) {
    if (error !== exits) run = { said: `${run.said}\n${error.stack}`, status: 1 };
  }
  writeSync(1, `${JSON.stringify(run)}\n`);
}
