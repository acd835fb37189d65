// /hangar/v1, the part between control and edge: edge's orders about machines, its lines for apps' logs, and what it knows
// of requests.
import { Hono } from "hono";
import { z } from "zod";
import { AppLogLineSchema, FileQuestionSchema } from "../../../contract/world.ts";
import { PlanetBehaviourSchema } from "../../../contract/planet.ts";
import { AppError } from "../../../errors/app-error.ts";
import { machineNotFound } from "../../machines/supervisor.ts";
import { queryNumber, readBody } from "./body.ts";
import { fileAnswer } from "./file-answer.ts";
import type { PlanetRoutesDeps } from "./planet.ts";

const MAX_ACCESS_LINES = 1_000;
const EDGE_TIMEOUT_MS = 10_000;

export function edgeRoutes({
  planet,
  logs,
  edgeUrl,
  send,
}: Pick<PlanetRoutesDeps, "planet" | "logs" | "edgeUrl" | "send">): Hono {
  const appOf = (id: string): string => {
    const machine = planet.store.machine(id);
    if (machine === undefined) throw machineNotFound(id);
    return machine.app;
  };
  const askEdge = async (path: string): Promise<string> => {
    const { status, body } = await send(`${edgeUrl}${path}`, { method: "GET", timeoutMs: EDGE_TIMEOUT_MS });
    if (status !== 200)
      throw new AppError("UNREACHABLE", `edge answered ${path} with status ${status}`, {
        details: { body: body.slice(0, 500) },
      });
    return body;
  };
  /** @returns false where the machine is of a kind that cannot be suspended: it is stopped instead (AS-09) */
  const suspends = (id: string): boolean => {
    try {
      planet.machines.suspend(appOf(id), id);
      return true;
    } catch (error) {
      if (error instanceof AppError && error.code === "MACHINE_STATE") return false;
      throw error;
    }
  };
  return new Hono()
    .post("/machines/:id/wake", (context) => {
      const id = context.req.param("id");
      planet.machines.start(appOf(id), id);
      return context.json({ ok: true });
    })
    .post("/machines/:id/autostop", async (context) => {
      const id = context.req.param("id");
      const { mode } = await readBody(context, z.object({ mode: z.enum(["stop", "suspend"]) }));
      if (mode === "stop" || !suspends(id)) planet.machines.stop(appOf(id), id);
      return context.json({ ok: true });
    })
    .post("/machines/:id/file", async (context) => {
      const machine = planet.store.machine(context.req.param("id"));
      if (machine === undefined) throw machineNotFound(context.req.param("id"));
      const { folder, names } = await readBody(context, FileQuestionSchema);
      const file = await planet.inside.findFile(machine, folder, names);
      return file === undefined ? context.body(null, 204) : fileAnswer(file);
    })
    .post("/app-log", async (context) => {
      for (const line of await readBody(context, z.array(AppLogLineSchema).max(1_000))) logs.add(line);
      return context.json({ ok: true });
    })
    .get("/settings", (context) => context.json(planet.behaviour()))
    .put("/settings", async (context) => {
      planet.changeBehaviour(await readBody(context, PlanetBehaviourSchema));
      return context.json(planet.behaviour());
    })
    .get("/apps/:app/requests", async (context) => {
      const app = context.req.param("app");
      if (planet.store.app(app) === undefined)
        throw new AppError("APP_NOT_FOUND", `Could not find App "${app}"`, { suggestions: ["hangar apps list"] });
      const limit = queryNumber(context, "tail", 100, 1, MAX_ACCESS_LINES);
      const lines = z.array(z.unknown()).parse(JSON.parse(await askEdge(`/requests/${app}?limit=${limit}`)));
      return context.body(lines.map((line) => `${JSON.stringify(line)}\n`).join(""), 200, {
        "content-type": "application/x-ndjson",
      });
    })
    .get("/metrics", async (context) =>
      context.body(z.string().parse(JSON.parse(await askEdge("/metrics"))), 200, {
        "content-type": "text/plain; version=0.0.4; charset=utf-8",
      }),
    );
}
