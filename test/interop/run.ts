// Runs programs that nobody here wrote through the edge, and writes docs/interop.md. Names after the command run those alone,
// and write nothing.
import { writeFile } from "node:fs/promises";
import path from "node:path";
import type { InteropProgram, Stage } from "./interop.ts";
import { resolveLocalNames } from "./local-names.ts";
import { chromiumProgram } from "./programs/chromium.ts";
import { curlProgram } from "./programs/curl.ts";
import { nodeFetchProgram, undiciProgram } from "./programs/fetch.ts";
import { grpcProgram } from "./programs/grpc.ts";
import { h2loadProgram } from "./programs/h2load.ts";
import { hyperH2Program } from "./programs/hyper-h2.ts";
import { wsProgram } from "./programs/ws.ts";
import { type ProgramResult, renderResults } from "./render.ts";
import { withStage } from "./stage.ts";

const PROGRAMS = [
  ...[curlProgram, nodeFetchProgram, undiciProgram, wsProgram, grpcProgram],
  ...[h2loadProgram, hyperH2Program, chromiumProgram],
];
const DEADLINE_MS = 60_000;
const PAGE = path.join(import.meta.dirname, "../../docs/interop.md");

async function resultOf({ name, version, cases }: InteropProgram, stage: Stage): Promise<ProgramResult> {
  const present = await version();
  const results: ProgramResult["cases"][number][] = [];
  for (const each of present === undefined ? [] : cases) {
    const failure = await failureOf(each.run(stage));
    process.stdout.write(`${failure === undefined ? "ok    " : "FAILED"}  ${name}: ${each.name}\n${failure ?? ""}`);
    results.push({ name: each.name, passed: failure === undefined });
  }
  return { name, version: present, cases: results };
}

/** What went wrong; undefined: nothing. */
async function failureOf(run: Promise<void>): Promise<string | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`not done in ${DEADLINE_MS} ms`)), DEADLINE_MS);
  });
  try {
    await Promise.race([run, late]);
    return undefined;
  } catch (error) {
    return `${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`;
  } finally {
    clearTimeout(timer);
  }
}

resolveLocalNames();
const wanted = process.argv.slice(2);
const results = await withStage(async (stage) => {
  const all: ProgramResult[] = [];
  for (const program of PROGRAMS)
    if (wanted.length === 0 || wanted.includes(program.name)) all.push(await resultOf(program, stage));
  return all;
});
if (wanted.length === 0) await writeFile(PAGE, renderResults(results, new Date()));
const failed = results.flatMap(({ cases }) => cases).filter(({ passed }) => !passed).length;
process.stdout.write(`${failed} failed\n`);
process.exit(failed === 0 ? 0 : 1);
