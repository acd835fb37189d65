// /v1/apps/{app}/machines: machines come, are changed and go.
import { type Context, Hono } from "hono";
import { LaunchMachineSchema, type Machine, StopMachineSchema } from "../../../contract/machine.ts";
import { AppError } from "../../../errors/app-error.ts";
import { summaryOf } from "../../machines/machine-view.ts";
import { isWaitState, WAITABLE, type WaitState } from "../../machines/wait-for.ts";
import { isSignal } from "../../../contract/machine-config.ts";
import type { ApiEnv } from "../auth.ts";
import type { Planet } from "../planet.ts";
import { callerName } from "../tokens.ts";
import { pageOf, queryFlag, queryNumber, queryWords, readBody, secondsMs } from "./body.ts";

/** The platform waits 60 s at most and by default. */
const LONGEST_WAIT_S = 60;
const METADATA = "metadata.";

/** Header that names a lease. */
export function nonceOf(context: Context): string | undefined {
  const nonce = context.req.header("fly-machine-lease-nonce");
  return nonce === "" ? undefined : nonce;
}

function waitStates(context: Context): WaitState[] {
  const words = queryWords(context, "state") ?? ["started"];
  const odd = words.find((word) => !isWaitState(word));
  if (odd !== undefined)
    throw new AppError("REQUEST_INVALID", `state must be one of ${WAITABLE.join(", ")}, not "${odd.slice(0, 40)}"`);
  return words.filter(isWaitState);
}

function querySignal(context: Context): string | undefined {
  const signal = context.req.query("signal");
  if (signal === undefined || signal === "") return undefined;
  if (!isSignal(signal)) throw new AppError("REQUEST_INVALID", `signal "${signal.slice(0, 40)}" is not one`);
  return signal;
}

export function machineRoutes({ planet }: { readonly planet: Planet }): Hono<ApiEnv> {
  const { machines } = planet;
  const base = "/apps/:app/machines";
  const one = `${base}/:id` as const;
  const shown = (machine: Machine, context: Context): Partial<Machine> =>
    queryFlag(context, "summary") ? summaryOf(machine) : machine;

  return new Hono<ApiEnv>()
    .get(base, (context) => {
      const metadata = Object.entries(context.req.query()).flatMap(([key, value]) =>
        key.startsWith(METADATA) ? [[key.slice(METADATA.length), value] as const] : [],
      );
      const all = machines.list(context.req.param("app"), {
        region: context.req.query("region"),
        states: queryWords(context, "state"),
        includeDeleted: queryFlag(context, "include_deleted"),
        withLeases: queryFlag(context, "include_leases"),
        metadata: Object.fromEntries(metadata),
      });
      const { items, next } = pageOf(
        context,
        all,
        ({ created_at, id }) => `${created_at} ${id}`,
        Number.MAX_SAFE_INTEGER,
      );
      if (next !== undefined) context.header("fly-next-cursor", next);
      return context.json(items.map((machine) => shown(machine, context)));
    })
    .post(base, async (context) =>
      context.json(
        await machines.create(
          context.req.param("app"),
          await readBody(context, LaunchMachineSchema),
          callerName(context.var.caller),
        ),
      ),
    )
    .get(one, (context) =>
      context.json(
        machines.get(context.req.param("app"), context.req.param("id"), {
          version: context.req.query("version"),
          withLease: queryFlag(context, "include_leases"),
        }),
      ),
    )
    .post(one, async (context) => {
      const { app, id } = context.req.param();
      machines.present(app, id);
      return context.json(
        await machines.update(app, id, await readBody(context, LaunchMachineSchema), nonceOf(context)),
      );
    })
    .delete(one, (context) => {
      const { app, id } = context.req.param();
      // The specification says force, the platform's own client sends kill.
      machines.destroy(app, id, queryFlag(context, "force") || queryFlag(context, "kill"), nonceOf(context));
      return context.json({ ok: true });
    })
    .post(`${one}/start`, (context) => {
      const { app, id } = context.req.param();
      return context.json({ ...machines.start(app, id, nonceOf(context)), migrated: false, new_host: "" });
    })
    .post(`${one}/stop`, async (context) => {
      const { app, id } = context.req.param();
      const { signal, timeout } = await readBody(context, StopMachineSchema);
      machines.stop(app, id, { signal, timeoutMs: secondsMs("timeout", timeout) }, nonceOf(context));
      return context.json({ ok: true });
    })
    .post(`${one}/restart`, (context) => {
      const { app, id } = context.req.param();
      const timeoutMs = queryFlag(context, "force_stop") ? 0 : secondsMs("timeout", context.req.query("timeout"));
      machines.restart(app, id, { signal: querySignal(context), timeoutMs }, nonceOf(context));
      return context.json({ ok: true });
    })
    .post(`${one}/suspend`, (context) => {
      const { app, id } = context.req.param();
      machines.suspend(app, id, nonceOf(context));
      return context.json({ ok: true });
    })
    .post(`${one}/cordon`, (context) => {
      const { app, id } = context.req.param();
      machines.cordon(app, id, true, nonceOf(context));
      return context.json({ ok: true });
    })
    .post(`${one}/uncordon`, (context) => {
      const { app, id } = context.req.param();
      machines.cordon(app, id, false, nonceOf(context));
      return context.json({ ok: true });
    })
    .get(`${one}/wait`, async (context) => {
      const states = waitStates(context);
      const timeoutS = queryNumber(context, "timeout", LONGEST_WAIT_S, 1, LONGEST_WAIT_S);
      const version = context.req.query("version") ?? context.req.query("instance_id");
      const fromEventId = context.req.query("from_event_id");
      const { state, instance_id, events } = await machines.wait(
        context.req.param("app"),
        context.req.param("id"),
        { states, version, fromEventId },
        timeoutS * 1_000,
        context.req.raw.signal,
      );
      return context.json({ ok: true, state, version: instance_id, event_id: events[0]?.id ?? "" });
    });
}
