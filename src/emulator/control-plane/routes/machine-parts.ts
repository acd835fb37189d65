// /v1/apps/{app}/machines/{id}/…: what a machine has: events, versions, a lease, metadata, processes, memory.
import { Hono } from "hono";
import {
  CreateLeaseSchema,
  ExecMachineSchema,
  type LeaseAnswerSchema,
  type ProcessStat,
  ReclaimMemorySchema,
  SetMemorySchema,
  SignalMachineSchema,
  UpdateMetadataSchema,
  UpsertMetadataKeySchema,
} from "../../../contract/machine.ts";
import { AppError } from "../../../errors/app-error.ts";
import { leaseView } from "../../machines/machine-view.ts";
import type { LeaseRecord, MachineRecord } from "../../model/records.ts";
import type { ApiEnv } from "../auth.ts";
import type { Planet } from "../planet.ts";
import { callerName } from "../tokens.ts";
import { queryNumber, readBody } from "./body.ts";
import { nonceOf } from "./machines.ts";

const SORT_KEYS = ["pid", "stime", "rtime", "command", "directory", "cpu", "rss"] as const;
type SortKey = (typeof SORT_KEYS)[number];

/** As the specification has it, and in the envelope that the platform's own client reads. */
function leaseAnswer(machine: MachineRecord, lease: LeaseRecord, withNonce: boolean): typeof LeaseAnswerSchema._output {
  const view = leaseView(lease, machine.instanceId, withNonce);
  return { ...view, status: "success", data: view };
}

function sorted(processes: readonly ProcessStat[], by: SortKey, order: "asc" | "desc"): ProcessStat[] {
  const direction = order === "asc" ? 1 : -1;
  return processes.toSorted((a, b) => (a[by] < b[by] ? -direction : a[by] > b[by] ? direction : 0));
}

export function machinePartRoutes({ planet }: { readonly planet: Planet }): Hono<ApiEnv> {
  const { machines, inside, metadata } = planet;
  const one = "/apps/:app/machines/:id";

  return new Hono<ApiEnv>()
    .get(`${one}/events`, (context) => {
      const { app, id } = context.req.param();
      const { events } = machines.get(app, id);
      return context.json(events.slice(0, queryNumber(context, "limit", 20, 1, 50)));
    })
    .get(`${one}/versions`, (context) => {
      const { app, id } = context.req.param();
      const versions = machines.versions(app, id);
      return context.json(versions.map(({ instanceId, config }) => ({ version: instanceId, user_config: config })));
    })
    .get(`${one}/lease`, (context) => {
      const machine = machines.present(context.req.param("app"), context.req.param("id"));
      // With its nonce, as the platform's own client needs it to clear a lease that somebody left behind.
      return context.json(leaseAnswer(machine, machines.leases.show(machine), true));
    })
    .post(`${one}/lease`, async (context) => {
      const machine = machines.present(context.req.param("app"), context.req.param("id"));
      const { description, ttl } = await readBody(context, CreateLeaseSchema);
      const ttlS = context.req.query("ttl") === undefined ? ttl : queryNumber(context, "ttl", 0, 1, 86_400);
      const request = { owner: callerName(context.var.caller), description, ttlS, nonce: nonceOf(context) };
      return context.json(leaseAnswer(machine, machines.leases.take(machine, request), true), 201);
    })
    .delete(`${one}/lease`, (context) => {
      machines.leases.release(machines.present(context.req.param("app"), context.req.param("id")), nonceOf(context));
      return context.json({ ok: true });
    })
    .get(`${one}/metadata`, (context) => {
      const { app, id } = context.req.param();
      return context.json(metadata.all(machines.find(app, id)));
    })
    .on(["PUT", "PATCH"], `${one}/metadata`, async (context) => {
      const machine = machines.present(context.req.param("app"), context.req.param("id"));
      const body = await readBody(context, UpdateMetadataSchema, { keepNulls: true });
      metadata.merge(machine, body.metadata, body.machine_version);
      return context.body(null, 204);
    })
    .get(`${one}/metadata/:key`, (context) => {
      const { app, id, key } = context.req.param();
      return context.json({ value: metadata.get(machines.find(app, id), key) });
    })
    .post(`${one}/metadata/:key`, async (context) => {
      const { app, id, key } = context.req.param();
      const { value } = await readBody(context, UpsertMetadataKeySchema);
      metadata.merge(machines.present(app, id), { [key]: value });
      return context.body(null, 204);
    })
    .delete(`${one}/metadata/:key`, (context) => {
      const { app, id, key } = context.req.param();
      metadata.merge(machines.present(app, id), { [key]: null });
      return context.body(null, 204);
    })
    .post(`${one}/exec`, async (context) => {
      const machine = machines.present(context.req.param("app"), context.req.param("id"));
      return context.json(await inside.exec(machine, await readBody(context, ExecMachineSchema)));
    })
    .post(`${one}/signal`, async (context) => {
      const machine = machines.present(context.req.param("app"), context.req.param("id"));
      const { signal } = await readBody(context, SignalMachineSchema);
      machines.leases.requireFree(machine, nonceOf(context));
      await inside.signal(machine, signal);
      return context.json({ ok: true });
    })
    .get(`${one}/ps`, async (context) => {
      const machine = machines.present(context.req.param("app"), context.req.param("id"));
      const by = context.req.query("sort_by") ?? "pid";
      const order = context.req.query("order") ?? "asc";
      if (!SORT_KEYS.some((key) => key === by))
        throw new AppError(
          "REQUEST_INVALID",
          `sort_by must be one of ${SORT_KEYS.join(", ")}, not "${by.slice(0, 40)}"`,
        );
      if (order !== "asc" && order !== "desc")
        throw new AppError("REQUEST_INVALID", `order must be asc or desc, not "${order.slice(0, 40)}"`);
      return context.json(sorted(await inside.processes(machine), by as SortKey, order));
    })
    .get(`${one}/memory`, async (context) =>
      context.json(await inside.memory(machines.present(context.req.param("app"), context.req.param("id")))),
    )
    .put(`${one}/memory`, async (context) => {
      const { app, id } = context.req.param();
      const { limit_mb: limitMb } = await readBody(context, SetMemorySchema);
      await inside.setMemory(machines.present(app, id), limitMb);
      return context.json(await inside.memory(machines.present(app, id)));
    })
    .post(`${one}/memory/reclaim`, async (context) => {
      machines.present(context.req.param("app"), context.req.param("id"));
      await readBody(context, ReclaimMemorySchema);
      // There is no balloon: what a container does not use, the host has already.
      return context.json({ actual_mb: 0 });
    });
}
