// /hangar/v1: the planet's own endpoints, for the command line and for edge.
import { Hono } from "hono";
import { stream } from "hono/streaming";
import { z } from "zod";
import { ChangeReplaySettingsSchema, type Organizations } from "../../../contract/apps.ts";
import { ActivateRegionsSchema, type LeafCertificate, LeafRequestSchema } from "../../../contract/planet.ts";
import { ProbeRequestSchema } from "../../../contract/probe.ts";
import { CheckReportSchema } from "../../../contract/world.ts";
import { AppError } from "../../../errors/app-error.ts";
import type { RandomBytes } from "../../model/ids.ts";
import { isPlanetName } from "../../model/host-names.ts";
import type { Certificates } from "../certificates.ts";
import type { Diagnoses } from "../diagnosis.ts";
import type { AppLogs } from "../logs.ts";
import type { LeafSigner } from "../leaf-signer.ts";
import { createMachineWatch } from "../machine-watch.ts";
import { organizationSlugs, PERSONAL, internalId } from "../organizations.ts";
import type { ApiEnv } from "../auth.ts";
import type { Geography, Planet } from "../planet.ts";
import type { HttpSend } from "../publisher.ts";
import { edgeRoutes } from "./edge.ts";
import { queryFlag, queryNumber, readBody } from "./body.ts";

export interface PlanetRoutesDeps {
  readonly planet: Planet;
  readonly geography: Geography;
  readonly logs: AppLogs;
  readonly diagnoses: Diagnoses;
  readonly edgeUrl: string;
  readonly leafSigner: LeafSigner;
  readonly certificates: Pick<Certificates, "served">;
  readonly send: HttpSend;
  readonly random: RandomBytes;
  readonly now: () => number;
  readonly timer: (afterMs: number, run: () => void) => () => void;
  readonly log: (text: string) => void;
}

const MAX_TAIL = 10_000;
const LONGEST_WATCH_MS = 60_000;

export function planetRoutes(deps: PlanetRoutesDeps): Hono<ApiEnv> {
  const { planet, logs, diagnoses, edgeUrl, leafSigner, certificates, send } = deps;
  const requireApp = (app: string): string => {
    if (planet.store.app(app) === undefined)
      throw new AppError("APP_NOT_FOUND", `Could not find App "${app}"`, { suggestions: ["hangar apps list"] });
    return app;
  };
  const watch = createMachineWatch({ get: planet.machines.get, onChange: planet.onChange, timer: deps.timer });
  return new Hono<ApiEnv>()
    .route("/", edgeRoutes(deps))
    .get("/planet", (context) => context.json(planet.status()))
    .get("/organizations", (context) =>
      context.json<Organizations>({
        organizations: organizationSlugs(planet.store).map((slug) => ({
          id: String(internalId(slug)),
          slug,
          name: slug,
          type: slug === PERSONAL ? "PERSONAL" : "SHARED",
        })),
      }),
    )
    .get("/organizations/:slug/replays", (context) => context.json(planet.replays.of(context.req.param("slug"))))
    .patch("/organizations/:slug/replays", async (context) =>
      context.json(
        planet.replays.change(context.req.param("slug"), await readBody(context, ChangeReplaySettingsSchema)),
      ),
    )
    .post("/regions/activate", async (context) => {
      const { regions } = await readBody(context, ActivateRegionsSchema);
      await planet.activateRegions(regions);
      return context.json(planet.status());
    })
    .post("/checks", async (context) => {
      planet.acceptChecks(await readBody(context, z.array(CheckReportSchema).max(10_000)));
      return context.json({ ok: true });
    })
    .post("/certificates/leaf", async (context) => {
      const { name, publicKey, selfSigned = false } = await readBody(context, LeafRequestSchema);
      if (selfSigned) return context.json(await leafSigner.signItself(name));
      const own = isPlanetName(name) ? undefined : await certificates.served(name);
      const leaf: LeafCertificate = own ?? { certificate: await leafSigner.sign(name, publicKey) };
      return context.json(leaf);
    })
    .post("/probe", async (context) => {
      const request = await readBody(context, ProbeRequestSchema);
      await planet.activateRegions([request.from, request.to]);
      const timeoutMs = request.count * request.intervalMs + 10_000;
      const { status, body } = await send(`${edgeUrl}/probe`, {
        method: "POST",
        body: JSON.stringify(request),
        timeoutMs,
      });
      if (status !== 200)
        throw new AppError("UNREACHABLE", `edge refused the measurement with status ${status}`, {
          details: { body: body.slice(0, 500) },
        });
      return context.body(body, 200, { "content-type": "application/json" });
    })
    .get("/apps/:app/logs", (context) => {
      const app = requireApp(context.req.param("app"));
      const region = context.req.query("region");
      const machine = context.req.query("machine");
      const options = {
        follow: queryFlag(context, "follow"),
        tail: queryNumber(context, "tail", 100, 0, MAX_TAIL),
        ...(region === undefined ? {} : { region }),
        ...(machine === undefined ? {} : { machine }),
      };
      context.header("content-type", "application/x-ndjson");
      return stream(context, async (out) => {
        const ended = new AbortController();
        out.onAbort(() => ended.abort());
        try {
          for await (const entry of logs.read(app, options, ended.signal))
            await out.write(`${JSON.stringify(entry)}\n`);
        } finally {
          ended.abort();
        }
      });
    })
    .get("/apps/:app/machines/:id", async (context) => {
      const timeoutMs = queryNumber(context, "timeout_ms", LONGEST_WATCH_MS, 0, LONGEST_WATCH_MS);
      const request = { ...context.req.param(), seen: context.req.query("seen"), timeoutMs };
      return context.json(await watch({ ...request, signal: context.req.raw.signal }));
    })
    .get("/apps/:app/machines/:id/diagnosis", async (context) => {
      const { id } = planet.machines.get(context.req.param("app"), context.req.param("id"));
      return context.json(await diagnoses.of(id));
    });
}
