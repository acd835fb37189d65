// An app that keeps data, on a real engine: what it wrote is there after updates, scaling and a failed deploy, and its volume is
// let go of only when somebody agrees.
import path from "node:path";
import { appendFile, writeFile } from "node:fs/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { machineEngine } from "../support/engines.ts";
import { createHangarCli, type HangarCli } from "../support/hangar-cli.ts";
import { SMALL_BASE, writeSmallApp } from "../support/small-server.ts";
import { sweepPlanet } from "../support/sweep.ts";

interface Deployed {
  readonly machines: readonly { readonly id: string; readonly action: string }[];
}
interface Volume {
  readonly id: string;
  readonly attached_machine_id?: string;
}

const PLANET = "e2e-volumes";
const PORTS = { httpPort: 21_770, controlPort: 21_771 };
const APP = "ledger";

let cli: HangarCli;
let folder: string;

const deploy = (...more: string[]): Promise<Deployed> => cli.json<Deployed>(["deploy", folder, ...more]);
const volumes = (): Promise<Volume[]> => cli.json<Volume[]>(["volumes", "list", "--app", APP]);
const machines = (): Promise<{ readonly id: string }[]> => cli.json(["machine", "list", "--app", APP]);
const inMachine = async (machine: string, script: string): Promise<string> => {
  const words = ["machine", "exec", "--app", APP, "-m", machine, `sh -c '${script}'`];
  return (await cli.json<{ stdout: string }>(words)).stdout.trim();
};
/** A version that answers this. */
const write = async (answer: string, mount = true): Promise<void> => {
  await writeSmallApp(folder, APP, answer);
  if (mount)
    await appendFile(path.join(folder, "fly.toml"), '[[mounts]]\n  source = "data"\n  destination = "/data"\n');
};

beforeAll(async () => {
  await machineEngine.prepare([SMALL_BASE]);
  cli = await createHangarCli({ planet: PLANET, ...PORTS });
  await sweepPlanet(PLANET);
  folder = path.join(cli.dir, APP);
  await cli.json(["up", "--http-port", String(PORTS.httpPort), "--control-port", String(PORTS.controlPort)]);
});
afterAll(async () => {
  await cli[Symbol.asyncDispose]();
  const images = (await cli.docker("image", "ls", "--quiet", `hangar.local/${APP}`)).split("\n");
  const left = [...new Set(images)].filter((id) => id !== "");
  if (left.length > 0) await cli.docker("image", "rm", "--force", ...left);
});

test("data outlasts updates, scaling and a failed deploy", async () => {
  await write("one");
  const [first] = (await deploy("--yes")).machines;
  const machine = first?.id ?? "";
  const [volume] = await volumes();
  expect(volume?.attached_machine_id).toBe(machine);
  await inMachine(machine, "echo entry > /data/ledger");

  await write("two");
  expect(await deploy()).toMatchObject({ machines: [{ id: machine, action: "updated" }] });
  expect(await inMachine(machine, "cat /data/ledger; echo $ANSWER")).toBe("entry\ntwo");

  await writeFile(path.join(folder, "server.pl"), "exit 3;\n");
  expect(await cli.fails(["deploy", folder])).toMatchObject({ code: "MACHINE_EXITED", details: { rolledBack: true } });
  expect(await inMachine(machine, "cat /data/ledger; echo $ANSWER")).toBe("entry\ntwo");

  await cli.json(["scale", "count", "2", "--app", APP, "--yes"]);
  const both = await volumes();
  expect(both.map(({ attached_machine_id: owner = "" }) => owner).toSorted()).toEqual(
    (await machines()).map(({ id }) => id).toSorted(),
  );
  const other = both.find(({ id }) => id !== volume?.id)?.attached_machine_id ?? "";
  expect(await inMachine(other, "ls /data")).not.toContain("ledger");
  await cli.json(["machine", "destroy", other, "--app", APP, "--force", "--yes"]);
  expect((await volumes()).map(({ id }) => id).toSorted()).toEqual(both.map(({ id }) => id).toSorted());
  expect(await inMachine(machine, "cat /data/ledger")).toBe("entry");
});

test("a volume is let go of when somebody agrees, and taken again with its data", async () => {
  const before = await volumes();
  const [machine] = await machines();
  await write("three", false);
  expect(await cli.fails(["deploy", folder])).toMatchObject({ code: "CONFIRMATION_REQUIRED" });
  expect(await volumes()).toEqual(before);
  expect(await inMachine(machine?.id ?? "", "cat /data/ledger; echo $ANSWER")).toBe("entry\ntwo");

  const detached = await deploy("--yes");
  expect(detached.machines).toMatchObject([{ action: "replaced" }]);
  expect((await volumes()).map(({ id }) => id)).toEqual(before.map(({ id }) => id));
  expect((await volumes()).some(({ attached_machine_id: owner }) => owner !== undefined)).toBe(false);
  expect(await inMachine(detached.machines[0]?.id ?? "", "ls /data 2>&1; echo $ANSWER")).toMatch(
    /No such file.*\nthree$/,
  );

  // The free volume that was made first is taken: the one with the data.
  await write("four");
  const [attached] = (await deploy("--yes")).machines;
  expect(await inMachine(attached?.id ?? "", "cat /data/ledger; echo $ANSWER")).toBe("entry\nfour");
});
