// /v1/apps/{app}/machines: the Machines API as far as the planet speaks it.
import { Hono } from "hono";
import { LaunchMachineSchema } from "../../../contract/machine.ts";
import { AppError } from "../../../errors/app-error.ts";
import { queryFlag, queryNumber, readBody } from "./body.ts";
import type { PlanetRoutesDeps } from "./planet.ts";

/** The platform waits 60 s at most and by default. */
const LONGEST_WAIT_S = 60;
const WAITABLE = ["started", "stopped", "suspended", "destroyed"];

export function machineRoutes({ planet }: PlanetRoutesDeps): Hono {
  const { machines } = planet;
  const base = "/apps/:app/machines";
  return new Hono()
    .get(base, (context) => {
      const region = context.req.query("region");
      const states = context.req.query("state")?.split(",");
      return context.json(
        machines.list(context.req.param("app"), {
          ...(region === undefined ? {} : { region }),
          ...(states === undefined ? {} : { states }),
          includeDeleted: queryFlag(context, "include_deleted"),
        }),
      );
    })
    .post(base, async (context) =>
      context.json(await machines.create(context.req.param("app"), await readBody(context, LaunchMachineSchema))),
    )
    .get(`${base}/:id`, (context) => context.json(machines.get(context.req.param("app"), context.req.param("id"))))
    .post(`${base}/:id`, async (context) =>
      context.json(
        await machines.update(
          context.req.param("app"),
          context.req.param("id"),
          await readBody(context, LaunchMachineSchema),
        ),
      ),
    )
    .delete(`${base}/:id`, (context) => {
      machines.destroy(
        context.req.param("app"),
        context.req.param("id"),
        queryFlag(context, "force") || queryFlag(context, "kill"),
      );
      return context.json({ ok: true });
    })
    .post(`${base}/:id/start`, (context) =>
      context.json({
        ...machines.start(context.req.param("app"), context.req.param("id")),
        migrated: false,
        new_host: "",
      }),
    )
    .post(`${base}/:id/stop`, (context) => {
      machines.stop(context.req.param("app"), context.req.param("id"));
      return context.json({ ok: true });
    })
    .post(`${base}/:id/cordon`, (context) => {
      machines.cordon(context.req.param("app"), context.req.param("id"), true);
      return context.json({ ok: true });
    })
    .post(`${base}/:id/uncordon`, (context) => {
      machines.cordon(context.req.param("app"), context.req.param("id"), false);
      return context.json({ ok: true });
    })
    .get(`${base}/:id/wait`, async (context) => {
      const state = context.req.query("state") ?? "started";
      if (!WAITABLE.includes(state))
        throw new AppError(
          "REQUEST_INVALID",
          `state must be one of ${WAITABLE.join(", ")}, not "${state.slice(0, 40)}"`,
        );
      const timeoutS = queryNumber(context, "timeout", LONGEST_WAIT_S, 1, LONGEST_WAIT_S);
      const instance = context.req.query("instance_id") ?? context.req.query("version");
      await machines.wait(
        context.req.param("app"),
        context.req.param("id"),
        state,
        instance,
        timeoutS * 1_000,
        context.req.raw.signal,
      );
      return context.json({ ok: true });
    });
}
