// A real image registry on loopback, for one test file. What it keeps goes with it.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, request } from "node:http";
import { tmpdir } from "node:os";
import path from "node:path";
import { execa } from "execa";
import { waitUntil } from "../../src/platform/clock.ts";

const ROOT = path.join(import.meta.dirname, "../..");

export interface TestRegistry extends AsyncDisposable {
  /** Host and port as images are named. */
  readonly host: string;
  /** Users and passwords that came with requests, as "user:password". */
  readonly credentials: ReadonlySet<string>;
  /** Requests that wrote something. */
  writes(): number;
  /** While it is closed, it asks everybody who they are, as the platform's registry does. */
  setOpen(open: boolean): void;
}

/**
 * Debian's docker-registry behind a door that asks for credentials and notes them.
 * @param port of the door; the registry itself has the next one
 */
export async function startRegistry(port: number): Promise<TestRegistry> {
  const { stdout: program } = await execa(path.join(ROOT, "scripts/registry"));
  const folder = await mkdtemp(path.join(tmpdir(), "hangar-registry-"));
  const inner = port + 1;
  const config = path.join(folder, "config.yml");
  await writeFile(
    config,
    `version: 0.1\nlog: {level: error}\nstorage: {filesystem: {rootdirectory: ${folder}/data}}\nhttp: {addr: "127.0.0.1:${inner}", host: "http://127.0.0.1:${port}"}\n`,
  );
  const child = spawn(program.trim(), ["serve", config], { stdio: "ignore" });
  const credentials = new Set<string>();
  let open = false;
  let writes = 0;
  const door = createServer((incoming, outgoing) => {
    const [, sent] = /^Basic (.+)$/.exec(incoming.headers.authorization ?? "") ?? [];
    if (sent !== undefined) credentials.add(Buffer.from(sent, "base64").toString());
    if (!open && sent === undefined) {
      outgoing.writeHead(401, {
        "www-authenticate": 'Basic realm="test"',
        "docker-distribution-api-version": "registry/2.0",
      });
      outgoing.end("{}");
      return;
    }
    if (incoming.method === "PUT") writes += 1;
    const { authorization: _authorization, ...headers } = incoming.headers;
    const { method, url } = incoming;
    const onward = request({ host: "127.0.0.1", port: inner, path: url, method, headers }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(outgoing);
    });
    onward.on("error", () => outgoing.destroy());
    incoming.pipe(onward);
  });
  door.listen(port, "127.0.0.1");
  await once(door, "listening");
  await waitUntil(
    () =>
      fetch(`http://127.0.0.1:${inner}/v2/`).then(
        ({ ok }) => (ok ? true : undefined),
        () => undefined,
      ),
    { what: "the registry to answer", deadlineMs: 15_000, intervalMs: 50 },
  );
  return {
    host: `127.0.0.1:${port}`,
    credentials,
    writes: () => writes,
    setOpen: (next) => void (open = next),
    [Symbol.asyncDispose]: async () => {
      door.closeAllConnections();
      door.close();
      if (child.exitCode === null) {
        child.kill("SIGTERM");
        await once(child, "exit");
      }
      await rm(folder, { recursive: true, force: true });
    },
  };
}
