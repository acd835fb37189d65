// What the edge says about requests: the full trace, the record of each, and the counters.
import { expect, test } from "vitest";
import { renderMetrics } from "../../src/emulator/edge/metrics.ts";
import { useEdge } from "../support/edge-suite.ts";
import { received, replay, replayPlanet } from "../support/replay-planet.ts";

const suite = useEdge();
const { edge, ask } = suite;

test("a full trace shows candidates with distance, load and state, the choice, and each hop", async () => {
  await replayPlanet(suite, { ams: replay("region=nrt") }, { iad: { started: false } });
  const { trace } = await ask("my-app.localhost", { headers: { "hangar-trace": "full" } });
  expect(trace).toMatchObject({
    ...{ edge: "ams", machine: "nrt", region: "nrt", rttMs: 230 },
    candidates: [
      { machine: "ams", region: "ams", rttMs: 0, load: 0, state: "ready" },
      { machine: "nrt", region: "nrt", rttMs: 230, load: 0, state: "ready" },
    ],
    steps: [
      { kind: "choose", machine: "ams" },
      { kind: "replay", machine: "ams", app: "my-app" },
      { kind: "choose", machine: "nrt" },
    ],
  });
});

test("HR-05: what the trace says of a failure is one line of visible signs", async () => {
  await replayPlanet(suite, { ams: replay("app=nobody") });
  const { trace } = await ask("my-app.localhost", { headers: { "hangar-trace": "full" } });
  expect(JSON.stringify(trace)).toContain("[PA04]");
});

test("MT-02 MT-03 MT-04: requests are recorded and counted by app, region, machine and status", async () => {
  await replayPlanet(suite, { iad: () => ({ headers: {} }) });
  const { body } = await ask("my-app.localhost", { path: "/a?b" });
  const requestId = received(body).headers["fly-request-id"];
  await ask("iad.my-app.localhost");
  const { requests, world, load } = edge().dataPlane;
  expect(requests.of("my-app", 10)).toMatchObject([
    { requestId, method: "GET", path: "/a?b", status: 200, edge: "ams", machine: "ams", attempts: 1, replays: 0 },
    { status: 409, edge: "iad", machine: "iad", host: "iad.my-app.localhost" },
  ]);
  expect(requests.of("my-app", 1)).toHaveLength(1);
  expect(requests.of("other", 1)).toEqual([]);
  const page = renderMetrics(requests.series(), world(), load).split("\n");
  for (const line of [
    "# TYPE fly_edge_http_responses_count counter",
    'fly_edge_http_responses_count{app="my-app",region="ams",status="200"} 1',
    'fly_app_http_responses_count{app="my-app",region="iad",instance="iad",status="409"} 1',
    'fly_edge_http_response_time_seconds_bucket{app="my-app",region="ams",status="200",le="+Inf"} 1',
    'fly_edge_http_response_time_seconds_count{app="my-app",region="ams",status="200"} 1',
    'fly_app_concurrency{app="my-app",region="nrt",instance="nrt"} 0',
  ])
    expect(page).toContain(line);
});
