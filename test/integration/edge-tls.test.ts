// TLS at the edge, on loopback: names, versions, sessions, and what the app is told.
import { execFile } from "node:child_process";
import { writeFile } from "node:fs/promises";
import path from "node:path";
import tls from "node:tls";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type EdgeRig, startEdgeRig, worldMachine, worldOf } from "../support/edge-rig.ts";
import { startEchoMachine, type TestMachine } from "../support/raw-machine.ts";
import { withTempDir } from "../support/temp-dir.ts";

const HOST = "ams.my-app.localhost";
let machine: TestMachine;
let edge: EdgeRig;

beforeAll(async () => {
  machine = await startEchoMachine("127.0.2.2", (request, response) => {
    if (request.url !== "/cut") return false;
    response.write("half of it");
    setImmediate(() => request.socket.destroy());
    return true;
  });
  edge = await startEdgeRig();
  const place = { id: "m1", region: "ams", address4: machine.host, port: machine.port };
  await edge.apply(worldOf(1, ["ams", "iad"], [worldMachine(place)]));
});
afterAll(async () => {
  edge.stop();
  await machine.stop();
});

interface Dialogue {
  readonly text: string;
  readonly protocol: string | null;
  readonly alpn: string | false | null;
  readonly resumed: boolean;
  readonly session: Buffer | undefined;
  readonly names: string | undefined;
}

function talk(options: tls.ConnectionOptions, request = ask("/")): Promise<Dialogue> {
  return new Promise((resolve, reject) => {
    let session: Buffer | undefined;
    const chunks: Buffer[] = [];
    const socket = tls.connect(
      { port: edge.securePort, host: "127.0.0.1", servername: HOST, ca: edge.authority, ...options },
      () => void socket.write(request),
    );
    socket.on("session", (next: Buffer) => (session = next));
    socket.on("data", (chunk: Buffer) => chunks.push(chunk));
    socket.on("error", reject);
    const facts = {
      protocol: null as string | null,
      alpn: null as Dialogue["alpn"],
      names: undefined as string | undefined,
      resumed: false,
    };
    socket.once("secureConnect", () => {
      facts.protocol = socket.getProtocol();
      facts.resumed = socket.isSessionReused();
      facts.alpn = socket.alpnProtocol;
      facts.names = socket.getPeerCertificate().subjectaltname;
    });
    socket.on("close", () => resolve({ ...facts, text: Buffer.concat(chunks).toString("latin1"), session }));
  });
}

function ask(target: string): string {
  return `GET ${target} HTTP/1.1\r\nHost: ${HOST}\r\nConnection: close\r\n\r\n`;
}

describe("edge with TLS", () => {
  test("PH-03: shows a certificate for the name, and tells the app that the client used TLS", async () => {
    const { text, protocol, names } = await talk({});
    expect(protocol).toBe("TLSv1.3");
    expect(names).toBe(`DNS:${HOST}`);
    expect(text).toMatch(/^HTTP\/1\.1 200 OK/);
    for (const field of ['"fly-forwarded-proto":"https"', '"x-forwarded-port":"443"', '"fly-forwarded-ssl":"on"'])
      expect(text).toContain(field);
  });

  test.each(["TLSv1.2", "TLSv1.3"] as const)("takes a %s session up again", async (version) => {
    const only = { minVersion: version, maxVersion: version };
    const first = await talk(only);
    expect(first).toMatchObject({ protocol: version, resumed: false });
    const second = await talk({ ...only, session: first.session });
    expect(second).toMatchObject({ protocol: version, resumed: true });
    expect(second.text).toMatch(/^HTTP\/1\.1 200 OK/);
  });

  test("PH-03 PH-04: refuses TLS 1.1, names of other people, and clients that name nobody", async () => {
    await expect(
      talk({ minVersion: "TLSv1.1", maxVersion: "TLSv1.1", ciphers: "DEFAULT@SECLEVEL=0" }),
    ).rejects.toThrow();
    await expect(talk({ servername: "example.com" })).rejects.toThrow();
    await expect(talk({ servername: "" })).rejects.toThrow();
    expect(edge.logs).toContain("[PT05] no valid tls certificate was found for SNI example.com. aborted connection");
    expect(edge.logs).toContain("[PT06] no valid tls certificate was found. aborted connection");
  });

  test("PH-03: on the port that all apps share, each name has the versions of its app", async () => {
    const app = (name: string, versions: string[] | undefined) => {
      const tlsOptions = versions === undefined ? {} : { tlsOptions: { versions } };
      const ports = [{ port: 443, handlers: ["tls", "http"], forceHttps: false, ...tlsOptions }];
      const place = { id: name, region: "ams", address4: machine.host, port: machine.port };
      return worldMachine({ ...place, app: name, service: { ports } });
    };
    await edge.apply(
      worldOf(2, ["ams", "iad"], [app("old", ["TLSv1.2"]), app("new", ["TLSv1.3"]), app("my-app", undefined)]),
    );
    const [old, recent] = [{ maxVersion: "TLSv1.2" }, { minVersion: "TLSv1.3" }] as const;
    const name = { old: "old.localhost", new: "ams.new.localhost" };
    expect((await talk({ servername: name.old })).protocol).toBe("TLSv1.2");
    expect((await talk({ servername: name.new })).protocol).toBe("TLSv1.3");
    await expect(talk({ servername: name.old, ...recent })).rejects.toThrow();
    await expect(talk({ servername: name.new, ...old })).rejects.toThrow();
    expect((await talk(old)).protocol).toBe("TLSv1.2");
    expect((await talk(recent)).protocol).toBe("TLSv1.3");
    await expect(talk({ servername: "example.com" })).rejects.toThrow();
  });

  test("chooses HTTP/1.1 where the client cannot do more", async () => {
    expect((await talk({ ALPNProtocols: ["http/1.1"] })).alpn).toBe("http/1.1");
  });

  test("curl accepts it with the authority's certificate, and notices a response that was cut off", async () => {
    await withTempDir(async (folder) => {
      const ca = path.join(folder, "ca.pem");
      await writeFile(ca, edge.authority);
      const url = `https://${HOST}:${edge.securePort}`;
      const place = ["--cacert", ca, "--resolve", `${HOST}:${edge.securePort}:127.0.0.1`];
      const curl = (target: string): Promise<{ stdout: string }> =>
        promisify(execFile)("curl", ["-sS", "--http1.1", ...place, `${url}${target}`]);
      expect((await curl("/x")).stdout).toContain('"url":"/x"');
      await expect(curl("/cut")).rejects.toMatchObject({ code: expect.any(Number) });
    });
  });
});
