// The edge relays messages faithfully, on loopback, with one relay and with two.
import { describe, expect, test } from "vitest";
import { serverName } from "../../src/emulator/edge/platform-fields.ts";
import { sendRaw } from "../support/raw-http.ts";
import { ENTRIES, receivedOf, relayClient, useRelay } from "../support/relay-suite.ts";

const { port, machine } = useRelay();

describe.each(ENTRIES)("edge %s", (_name, region) => {
  const { host, get, raw, send } = relayClient(region, port);

  test("answers a request and tells the app who asked, whatever the client claims", async () => {
    const spoofed =
      "X-Forwarded-For: 6.6.6.6\r\nFly-Client-IP: 6.6.6.6\r\nfly_client_ip: 6.6.6.6\r\nFly-Region: xxx\r\nFly-Whatever: 1\r\nVia: 1.1 me\r\nX-Request-Start: t=0\r\nHangar-Client-Region: nrt\r\n";
    const passing = "fly-prefer-region: iad\r\nX-Custom_Field: kept\r\n";
    const { text } = await raw(
      [get("/a", `${spoofed}${passing}Connection: keep-alive, X-Drop\r\nX-Drop: 1\r\nTE: trailers\r\n`)],
      1,
    );
    const { headers } = receivedOf(text);
    expect(headers).toMatchObject({
      host,
      "fly-client-ip": "127.0.0.1",
      "fly-forwarded-port": "80",
      "fly-forwarded-proto": "http",
      "fly-forwarded-ssl": "off",
      "fly-region": region,
      via: "1.1 fly.io",
      "x-forwarded-for": `6.6.6.6, 127.0.0.1, 127.0.${region === "ams" ? 1 : 2}.253`,
      "x-forwarded-port": "80",
      "x-forwarded-proto": "http",
      "x-forwarded-ssl": "off",
      "fly-prefer-region": "iad",
      "x-custom_field": "kept",
    });
    expect(headers["fly-request-id"]).toMatch(new RegExp(`^[0-9A-HJKMNP-TV-Z]{26}-${region}$`));
    expect(headers["x-request-start"]).toMatch(/^t=\d{16}$/);
    for (const gone of [
      "x-drop",
      "te",
      "fly_client_ip",
      "fly-whatever",
      "hangar-client-region",
      "hangar-backhaul",
      "connection",
    ]) {
      if (gone !== "connection") expect(headers).not.toHaveProperty(gone);
    }
    expect(text).toMatch(/^fly-request-id: [0-9A-Z]{26}-/m);
    expect(text).toContain(`\r\nserver: ${serverName("test", 0)}\r\n`);
  });

  test("takes fields of the app's response away that are the platform's", async () => {
    const { headers } = await send({ path: "/fields" });
    expect(headers).toMatchObject({ server: serverName("test", 0), via: "1.1 inner, 1.1 fly.io", "x-kept": "1" });
    expect(headers["fly-request-id"]).not.toContain("spoofed");
    expect(headers).not.toHaveProperty("x-private");
    expect(headers).not.toHaveProperty("hangar-trace");
  });

  test("says where a request went when asked", async () => {
    const { headers } = await send({ path: "/", headers: { "hangar-trace": "1" } });
    expect(JSON.parse(String(headers["hangar-trace"]))).toEqual({
      edge: region,
      region: "ams",
      machine: "m1",
      rttMs: region === "ams" ? 0 : 80,
      attempts: 1,
    });
  });

  test("answers pipelined requests in order", async () => {
    const { text, statuses } = await raw([get("/a") + get("/b") + get("/chunked") + get("/empty") + get("/c")], 5);
    expect(statuses).toEqual([200, 200, 200, 204, 200]);
    expect(text).toMatch(/"\/a".*"\/b".*"\/c"/s);
  });

  test("reads a head and a body that come byte by byte", async () => {
    const request = `POST /p HTTP/1.1\r\nHost: ${host}\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n3;x=1\r\nabc\r\n0\r\nT: v\r\n\r\n${get("/after")}`;
    const { text, statuses } = await raw(request.split(""), 2);
    expect(statuses).toEqual([200, 200]);
    expect(text).toContain('"bytes":8');
  });

  test("relays responses without a body, and the next one after them", async () => {
    const head = `HEAD /a HTTP/1.1\r\nHost: ${host}\r\n\r\n`;
    const { statuses } = await sendRaw({
      port: port(),
      pieces: [head + get("/not-modified") + get("/empty", "Connection: close\r\n")],
    });
    expect(statuses).toEqual([200, 304, 204]);
  });

  test("ends its side where only the end of the connection ends a response", async () => {
    const { text, ended } = await sendRaw({ port: port(), pieces: [get("/until-close")] });
    expect(text).toMatch(/^connection: close\r$/m);
    expect(text.endsWith("until the end")).toBe(true);
    expect(ended).toBe("cleanly");
  });

  test("decodes a chunked response for a client of HTTP/1.0", async () => {
    const { text, ended } = await sendRaw({
      port: port(),
      pieces: [`GET /chunked HTTP/1.0\r\nHost: ${host}\r\n\r\n`],
    });
    expect(text).not.toMatch(/transfer-encoding/i);
    expect(text.slice(text.indexOf("\r\n\r\n") + 4)).toBe("z".repeat(50 + (37 * 49 * 50) / 2));
    expect(ended).toBe("cleanly");
  });

  test("keeps the connection of a client of HTTP/1.0 that asks for it", async () => {
    const old = `GET /a HTTP/1.0\r\nHost: ${host}\r\nConnection: keep-alive\r\n\r\n`;
    const { text, statuses } = await raw([old + old], 2);
    expect(statuses).toEqual([200, 200]);
    expect(text).toMatch(/^connection: keep-alive\r$/m);
  });

  test("takes an absolute target of the same authority, and no other", async () => {
    const same = await raw([`GET http://${host}/x?y HTTP/1.1\r\nHost: ${host}\r\n\r\n`], 1);
    expect(receivedOf(same.text).url).toBe("/x?y");
    const other = await raw([`GET http://elsewhere/x HTTP/1.1\r\nHost: ${host}\r\n\r\n`], 1);
    expect(other.statuses).toEqual([400]);
  });

  test("LB-11: keeps connections to a service that counts requests, but gives each POST a new one", async () => {
    await raw([get("/a")], 1);
    const before = machine().connections();
    await raw([get("/a") + get("/b")], 2);
    expect(machine().connections()).toBe(before);
    await raw([`POST /p HTTP/1.1\r\nHost: ${host}\r\nContent-Length: 0\r\n\r\n`], 1);
    expect(machine().connections()).toBe(before + 1);
  });
});
