import { defineConfig } from "vitest/config";

// Integration and e2e files share one Docker engine and two cores: they run one file at a time, without retries.
const docker = { fileParallelism: false, hookTimeout: 300_000, testTimeout: 180_000 } as const;

export default defineConfig({
  test: {
    retry: 0,
    disableConsoleIntercept: true,
    projects: [
      {
        extends: true,
        test: { name: "unit", include: ["test/unit/**/*.test.{ts,tsx}", "test/architecture/**/*.test.ts"] },
      },
      { extends: true, test: { name: "contract", include: ["test/contract/**/*.test.ts"], testTimeout: 30_000 } },
      { extends: true, test: { name: "integration", include: ["test/integration/**/*.test.ts"], ...docker } },
      // The edge's behaviour once more, over its other sockets. These files need no engine.
      {
        extends: true,
        test: {
          name: "edge-handles",
          include: ["test/integration/edge-*.test.ts"],
          env: { HANGAR_TEST_SOCKETS: "handles" },
          ...docker,
        },
      },
      { extends: true, test: { name: "e2e", include: ["test/e2e/**/*.test.ts"], ...docker } },
      { extends: true, test: { name: "soak", include: ["test/soak/**/*.test.ts"], ...docker, testTimeout: 0 } },
    ],
  },
});
