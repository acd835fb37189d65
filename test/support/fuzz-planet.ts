// A planet in memory with one of everything, for requests that are made up.
import { type MemoryPlanet, startMemoryPlanet, TOKEN } from "./memory-planet.ts";
import { createConformance } from "./conformance.ts";
import type { FuzzTarget } from "./api-fuzz.ts";

export interface FuzzPlanet {
  readonly planet: MemoryPlanet;
  readonly target: FuzzTarget;
}

export async function startFuzzPlanet(): Promise<FuzzPlanet> {
  const planet = await startMemoryPlanet({ images: { web: { kind: "runs" }, job: { kind: "exits", code: 1 } } });
  const api = createConformance(planet.baseUrl, TOKEN);
  const apps = ["one", "two", "three"];
  const machines: string[] = [];
  const volumes: string[] = [];
  for (const name of apps) {
    await api.call("POST /apps", { body: { name } });
    const volume = await api.call("POST /apps/{app_name}/volumes", { at: [name], body: { name: "data" } });
    volumes.push(String(volume.id));
    for (const image of ["web", "job"]) {
      const { id } = await api.call("POST /apps/{app_name}/machines", { at: [name], body: { config: { image } } });
      machines.push(String(id));
    }
    await api.call("POST /apps/{app_name}/secrets", { at: [name], body: { values: { A: "1" } } });
    const at = [name, "KEY"];
    await api.call("POST /apps/{app_name}/secretkeys/{secret_name}/generate", { at, body: { type: "nacl_box" } });
    const body = { hostname: "a.example.com" };
    if (name === "one") await api.call("POST /apps/{app_name}/certificates/acme", { at: [name], body });
  }
  const key = ["hs256", "es256", "xaes256gcm", "nacl_box", "nacl_secretbox", "nacl_sign", "nacl_auth"];
  const known = {
    // Most of what is known belongs to the first app.
    app_name: [...Array.from({ length: 12 }, () => "one"), "two", "word1"],
    name: ["word1", "data", "copy"],
    org_slug: ["personal", "personal", "other"],
    machine_id: machines.slice(0, 2),
    volume_id: [...volumes],
    volume: [...volumes],
    source_volume_id: [...volumes],
    secret_name: ["A", "KEY", "OTHER"],
    hostname: ["a.example.com", "b.example.com"],
    key: ["role", "b"],
    ip: ["192.0.2.1"],
    image: ["web", "web", "job", "no-such-image"],
    region: ["iad", "ams", "syd", "xyz"],
    type: [...key, "v4", "v6", "shared_v4", "http", "tcp"],
    guest_path: ["/etc/a", "/b"],
    path: ["/data", "/"],
    internal_port: [8080],
    size_gb: [1, 2, 600],
    header: [`Bearer ${TOKEN}`, "no"],
    action: ["r", "rw", "x"],
    cmd: [undefined, "echo a", ["echo"]],
  };
  return { planet, target: { baseUrl: planet.baseUrl, token: TOKEN, known } };
}
