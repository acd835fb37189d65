// The commands about machines, volumes, secrets, addresses, certificates and checks, as their users run them, in the order of
// one app's life on a planet that is up.
import { writeFile } from "node:fs/promises";
import { describe, expect, test } from "vitest";
import type { HangarCli } from "./hangar-cli.ts";

const APP = "parts";
const IMAGE = "debian:bookworm-slim";

interface MachineView {
  readonly id: string;
  readonly state: string;
  readonly region: string;
  readonly instance_id: string;
  readonly cordoned?: boolean;
  readonly config: { readonly env?: Readonly<Record<string, string>> };
}
interface VolumeView {
  readonly id: string;
  readonly size_gb: number;
  readonly attached_machine_id?: string;
}

/** `cli` gives a command line whose planet is up. */
export function machineCommandCases(cli: () => HangarCli): void {
  const json = <T>(...args: string[]): Promise<T> => cli().json<T>([...args, "-a", APP]);
  let volume: string;
  let machine: string;
  const status = (): Promise<MachineView> => json("machine", "status", machine);
  const inMachine = async (script: string): Promise<string> =>
    (await json<{ stdout: string }>("machine", "exec", "-m", machine, `sh -c '${script}'`)).stdout.trim();

  describe("commands of one app", () => {
    test("an app, a volume and a machine with it", async () => {
      const response = await fetch(`http://127.0.0.1:${cli().controlPort}/v1/apps`, {
        method: "POST",
        headers: { authorization: `Bearer ${await cli().token()}`, "content-type": "application/json" },
        body: JSON.stringify({ app_name: APP, org_slug: "personal" }),
      });
      expect(response.status).toBe(201);
      const volumes = await json<VolumeView[]>("volumes", "create", "data", "-r", "iad", "-s", "1");
      volume = volumes[0]?.id ?? "";
      expect(volume).toMatch(/^vol_/);
      const run = ["run", IMAGE, "sleep", "infinity", "-r", "iad", "-v", `${volume}:/data`, "-e", "COLOUR=red"];
      const made = await json<MachineView>("machine", ...run);
      machine = made.id;
      expect(made).toMatchObject({ region: "iad", state: "started" });
      expect((await json<MachineView[]>("machine", "list")).map(({ id }) => id)).toEqual([machine]);
      expect(await json<VolumeView[]>("volumes", "list")).toMatchObject([{ id: volume, attached_machine_id: machine }]);
    });

    test("exec answers with the command's output, and ends with its status", async () => {
      expect(await inMachine("echo kept > /data/file; echo $COLOUR")).toBe("red");
      const { exitCode } = await cli().run(["machine", "exec", "-a", APP, "-m", machine, "sh -c 'exit 7'"]);
      expect(exitCode).toBe(7);
    });

    test("stop, wait and start keep the volume; cordon takes it out of routing", async () => {
      await json("machine", "stop", machine);
      const stopped = { target: "local", id: machine, state: "stopped" };
      expect(await json("machine", "wait", machine, "--state", "stopped")).toEqual(stopped);
      expect((await status()).state).toBe("stopped");
      await json("machine", "start", machine);
      expect((await status()).state).toBe("started");
      expect(await inMachine("cat /data/file")).toBe("kept");
      await json("machine", "cordon", machine);
      expect((await status()).cordoned).toBe(true);
      await json("machine", "uncordon", machine);
      expect((await status()).cordoned).toBe(false);
    });

    test("update gives it a new version, clone a second one with a volume of its own", async () => {
      const before = await status();
      await json("machine", "update", machine, "-e", "COLOUR=blue", "--yes");
      const after = await status();
      expect(after.instance_id).not.toBe(before.instance_id);
      expect(after.config.env).toEqual({ COLOUR: "blue" });
      const clone = await json<MachineView>("machine", "clone", machine);
      expect(clone.config.env).toEqual({ COLOUR: "blue" });
      const volumes = await json<VolumeView[]>("volumes", "list");
      expect(new Set(volumes.map((one) => one.attached_machine_id))).toEqual(new Set([machine, clone.id]));
      await json("machine", "destroy", clone.id, "--force", "--yes");
      expect((await json<MachineView[]>("machine", "list")).map(({ id }) => id)).toEqual([machine]);
    });

    test("volumes are extended, copied and kept as snapshots", async () => {
      const extended = await json<{ volume: VolumeView }>("volumes", "extend", volume, "-s", "3");
      expect(extended.volume.size_gb).toBe(3);
      const snapshot = await json<{ id: string }>("volumes", "snapshots", "create", volume);
      const snapshots = await json<{ id: string; status: string }[]>("volumes", "snapshots", "list", volume);
      expect(snapshots).toMatchObject([{ id: snapshot.id, status: "created" }]);
      const fork = await json<VolumeView>("volumes", "fork", volume);
      const content = await cli().docker(
        ...[
          "run",
          "--rm",
          "--network",
          "none",
          "-v",
          `hangar-${cli().planet}-${fork.id}:/v:ro`,
          IMAGE,
          "cat",
          "/v/file",
        ],
      );
      expect(content).toBe("kept");
      const destroyed = { target: "local", volume: fork.id, destroyed: true };
      expect(await json("volumes", "destroy", fork.id, "--yes")).toEqual(destroyed);
    });

    test("secrets are staged, compared by digest, and given to machines by deploy", async () => {
      await json("secrets", "set", "TOKEN=first", "--stage");
      const file = `${cli().dir}/parts.env`;
      await writeFile(file, "# a comment\nexport TOKEN='first'\nTEXT=\"two\nlines\"\n");
      const differences = async (): Promise<unknown> => json("secrets", "diff", "-f", file);
      expect(await differences()).toMatchObject([
        { name: "TEXT", difference: "only here" },
        { name: "TOKEN", difference: "same" },
      ]);
      await json("secrets", "import", "-f", file);
      expect(await differences()).toMatchObject([
        { name: "TEXT", difference: "same" },
        { name: "TOKEN", difference: "same" },
      ]);
      const rows = (): Promise<{ name: string; status: string }[]> => json("secrets", "list");
      const staged = await rows();
      await json("secrets", "deploy");
      const deployed = await rows();
      expect(deployed.map(({ name }) => name).toSorted()).toEqual(["TEXT", "TOKEN"]);
      expect(deployed.map(({ status: now }) => now)).not.toEqual(staged.map(({ status: then }) => then));
      expect(await inMachine('echo "$TOKEN $TEXT"')).toBe("first two\nlines");
      expect(JSON.stringify([staged, deployed])).not.toContain("first");
    });

    test("addresses, certificates and checks", async () => {
      const { ip } = await json<{ ip: string }>("ips", "allocate-v6");
      expect((await json<{ ip: string }[]>("ips", "list")).map((one) => one.ip)).toContain(ip);
      await json("certs", "add", "parts.example.com");
      expect(await json<{ hostname: string }[]>("certs", "list")).toMatchObject([{ hostname: "parts.example.com" }]);
      expect(await json("checks", "list")).toEqual([]);
    });

    test("a machine that runs is destroyed by force only, and takes nothing with it", async () => {
      expect((await cli().fails(["machine", "destroy", machine, "--yes", "-a", APP])).exitCode).toBeGreaterThan(0);
      await json("machine", "destroy", machine, "--force", "--yes");
      expect(await json("machine", "list")).toEqual([]);
      expect((await json<VolumeView[]>("volumes", "list")).map(({ id }) => id)).toContain(volume);
    });
  });
}
