// The platform's specification on a planet in memory.
import { readFileSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll } from "vitest";
import { type MemoryPlanet, startMemoryPlanet, TOKEN } from "../../support/memory-planet.ts";
import { conformanceSuite } from "./conformance.suite.ts";

const certificate = readFileSync(path.join(import.meta.dirname, "../../fixtures/certificates/shop.cert.pem"), "utf8");
let planet: MemoryPlanet;
beforeAll(async () => {
  planet = await startMemoryPlanet({
    images: {
      web: {
        kind: "runs",
        exec: ([program, ...words]) => ({
          exitCode: program === "echo" ? 0 : 127,
          stdout: program === "echo" ? `${words.join(" ")}\n` : "",
          stderr: "",
        }),
      },
    },
    issuer: { issue: () => Promise.resolve(certificate) },
  });
});
afterAll(() => planet.stop());

conformanceSuite("memory", () => ({
  baseUrl: planet.baseUrl,
  token: TOKEN,
  config: { image: "web", restart: { policy: "always" } },
  issues: true,
}));
