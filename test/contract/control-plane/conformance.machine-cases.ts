// The specification's operations on machines, in the order of one machine's life.
import { describe, expect, test } from "vitest";
import type { Answer, Conformance } from "../../support/conformance.ts";

const ONE = "/apps/{app_name}/machines/{machine_id}";

export function machineCases(
  name: string,
  app: string,
  api: () => Conformance,
  config: () => Readonly<Record<string, unknown>>,
): void {
  let machine: Answer;
  const wait = (state: string, query = ""): Promise<Answer> =>
    api().call(`GET ${ONE}/wait`, {
      at: [app, machine.id],
      query: `state=${state}&timeout=30${query}`,
      variant: state,
    });

  describe(`machines (${name})`, () => {
    test("start, with a lease where one is asked for", async () => {
      const body = { region: "iad", lease_ttl: 60, config: { ...config(), metadata: { role: "web" } } };
      machine = await api().call("POST /apps/{app_name}/machines", { at: [app], body });
      expect(machine).toMatchObject({
        state: "created",
        cordoned: false,
        host_status: "ok",
        nonce: expect.any(String),
      });
      await api().call("POST /apps/{app_name}/machines", { at: [app], body: { config: {} }, status: 400 });
      expect(await wait("started")).toMatchObject({ ok: true, state: "started", version: machine.instance_id });
      await wait("started", `&version=${machine.version}`);
      await api().call(`GET ${ONE}/wait`, { at: [app, machine.id], query: "state=stopped&timeout=1", status: 408 });
      await api().call(`GET ${ONE}/wait`, { at: [app, machine.id], query: "state=happy", status: 400 });
    });
    test("are listed by what is asked for", async () => {
      const list = async (query: string): Promise<Answer> =>
        api().call("GET /apps/{app_name}/machines", { at: [app], query, variant: query.split("=")[0] ?? "" });
      expect(await list("region=iad")).toHaveLength(1);
      expect(await list("region=syd")).toEqual([]);
      expect(await list("state=created,started")).toHaveLength(1);
      expect(await list("metadata.role=web")).toHaveLength(1);
      expect(await list("metadata.role=db")).toEqual([]);
      expect((await list("summary=true"))[0]).not.toHaveProperty("config");
      expect((await list("include_leases=true"))[0].lease).toMatchObject({ owner: expect.any(String) });
      expect((await list("include_deleted=true")).length).toBeGreaterThan(1);
      const { machines } = await api().call("GET /orgs/{org_slug}/machines", { at: ["personal"], query: "limit=1" });
      expect(machines).toHaveLength(1);
      await api().call("GET /orgs/{org_slug}/machines", { at: ["nobody"], status: 404 });
    });
    test("are held by leases", async () => {
      const at = [app, machine.id];
      expect(await api().call(`GET ${ONE}/lease`, { at })).toMatchObject({
        status: "success",
        data: { version: machine.version },
      });
      const held = await api().call(`POST ${ONE}/lease`, { at, body: { ttl: 5 }, status: 409 });
      expect(held.error).toMatch(new RegExp(`^machine ID ${machine.id} lease currently held by .*, expires at .*Z$`));
      await api().call(`POST ${ONE}/stop`, { at, body: {}, status: 409, variant: "held" });
      const headers = { "fly-machine-lease-nonce": String(machine.nonce) };
      const longer = await api().call(`POST ${ONE}/lease`, { at, query: "ttl=90", headers });
      expect(longer).toMatchObject({ nonce: machine.nonce, data: { nonce: machine.nonce } });
      await api().call(`DELETE ${ONE}/lease`, { at, headers: { "fly-machine-lease-nonce": "no" }, status: 409 });
      await api().call(`DELETE ${ONE}/lease`, { at, headers });
      await api().call(`GET ${ONE}/lease`, { at, status: 404 });
    });
    test("have metadata", async () => {
      const at = [app, machine.id];
      expect(await api().call(`GET ${ONE}/metadata`, { at })).toEqual({ role: "web" });
      const key = `${ONE}/metadata/{key}`;
      await api().call(`POST ${key}`, { at: [...at, "a b"], body: { value: "1" } });
      await api().call(`POST ${key}`, { at: [...at, "a b"], body: {}, status: 400 });
      expect(await api().call(`GET ${key}`, { at: [...at, "a b"] })).toEqual({ value: "1" });
      await api().call(`DELETE ${key}`, { at: [...at, "a b"] });
      await api().call(`GET ${key}`, { at: [...at, "a b"], status: 404 });
      for (const method of ["PATCH", "PUT"]) {
        const body = { metadata: { role: null, by: method }, machine_version: machine.version };
        await api().call(`${method} ${ONE}/metadata`, { at, body });
        await api().call(`${method} ${ONE}/metadata`, { at, body: { ...body, machine_version: "old" }, status: 412 });
        await api().call(`${method} ${ONE}/metadata`, { at, body: {}, status: 400 });
        expect(await api().call(`GET ${ONE}/metadata`, { at })).toEqual({ by: method });
      }
    });
    test("can be looked into", async () => {
      const at = [app, machine.id];
      const said = await api().call(`POST ${ONE}/exec`, { at, body: { command: ["echo", "hello"], timeout: 10 } });
      expect(said).toMatchObject({ exit_code: 0, stdout: "hello\n", stderr: "" });
      const line = await api().call(`POST ${ONE}/exec`, { at, body: { cmd: "echo 'a  b'" }, variant: "cmd" });
      expect(line.stdout).toBe("a  b\n");
      await api().call(`POST ${ONE}/exec`, { at, body: {}, status: 400 });
      const processes = await api().call(`GET ${ONE}/ps`, { at, query: "sort_by=rss&order=desc" });
      expect(processes.length).toBeGreaterThan(0);
      await api().call(`GET ${ONE}/ps`, { at, query: "sort_by=charm", status: 400 });
      expect(await api().call(`GET ${ONE}/memory`, { at })).toMatchObject({ limit_mb: 256 });
      expect(await api().call(`PUT ${ONE}/memory`, { at, body: { limit_mb: 200 } })).toMatchObject({ limit_mb: 200 });
      await api().call(`PUT ${ONE}/memory`, { at, body: { limit_mb: 300 }, status: 400 });
      await api().call(`POST ${ONE}/memory/reclaim`, { at, body: { amount_mb: 10 } });
      await api().call(`POST ${ONE}/signal`, { at, body: { signal: "SIGNOT" }, status: 400 });
      const events = await api().call(`GET ${ONE}/events`, { at, query: "limit=2" });
      expect(events).toHaveLength(2);
    });
    test("are cordoned, restarted, suspended, stopped and started", async () => {
      const at = [app, machine.id];
      const newest = async (): Promise<string> => (await api().call(`GET ${ONE}/events`, { at }))[0].id;
      await api().call(`POST ${ONE}/cordon`, { at });
      expect((await api().call(`GET ${ONE}`, { at })).cordoned).toBe(true);
      await api().call(`POST ${ONE}/uncordon`, { at });
      const before = await newest();
      await api().call(`POST ${ONE}/restart`, { at, query: "timeout=1s&signal=SIGKILL" });
      await api().call(`POST ${ONE}/restart`, { at, query: "timeout=soon", status: 400 });
      await wait("started", `&from_event_id=${before}`);
      await wait("settled");
      await api().call(`POST ${ONE}/suspend`, { at });
      await wait("suspended");
      await api().call(`POST ${ONE}/exec`, { at, body: { cmd: "echo" }, status: 412 });
      expect(await api().call(`POST ${ONE}/start`, { at })).toMatchObject({ previous_state: "suspended" });
      await wait("started");
      await api().call(`POST ${ONE}/stop`, { at, body: { signal: "SIGKILL", timeout: "1s" } });
      await api().call(`POST ${ONE}/stop`, { at, body: { signal: 5 }, status: 400 });
      await wait("stopped");
      await api().call(`POST ${ONE}/suspend`, { at, status: 412 });
      await api().call(`POST ${ONE}/start`, { at, variant: "stopped" });
      await wait("started");
      await api().call(`POST ${ONE}/signal`, { at, body: { signal: "SIGKILL" } });
    });
    test("have versions", async () => {
      const at = [app, machine.id];
      const body = { config: { ...config(), env: { A: "2" } }, current_version: machine.version };
      const updated = await api().call(`POST ${ONE}`, { at, body });
      expect(updated.version).not.toBe(machine.version);
      await api().call(`POST ${ONE}`, { at, body, status: 409, variant: "stale" });
      await api().call(`POST ${ONE}`, { at, body: { config: { image: 1 } }, status: 400 });
      const versions = await api().call(`GET ${ONE}/versions`, { at });
      expect(versions.map(({ version }: Answer) => version)).toEqual([updated.version, machine.version]);
      const old = await api().call(`GET ${ONE}`, { at, query: `version=${machine.version}`, variant: "old version" });
      expect(old).toMatchObject({ state: "replaced", instance_id: machine.version });
      await api().call(`GET ${ONE}/wait`, { at, query: `state=started&version=${updated.version}&timeout=30` });
    });
    test("are destroyed and can still be read", async () => {
      const at = [app, machine.id];
      await api().call(`DELETE ${ONE}`, { at, status: 412, variant: "running" });
      await api().call(`DELETE ${ONE}`, { at, query: "kill=true", variant: "kill" });
      await wait("destroyed");
      expect((await api().call(`GET ${ONE}`, { at, variant: "destroyed" })).events.length).toBeGreaterThan(0);
      await api().call(`POST ${ONE}/start`, { at, status: 404 });
      await api().call("DELETE /apps/{app_name}", { at: [app] });
      await api().call("GET /apps/{app_name}", { at: [app], status: 404 });
    });
  });
}
