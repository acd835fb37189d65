// Machines: everything below apps/{app}/machines.
import { z } from "zod";
import {
  type ExecAnswer,
  ExecAnswerSchema,
  type LaunchMachine,
  type Machine,
  type MachineConfig,
  type MachineEvent,
  MachineEventSchema,
  MachineVersionSchema,
  ProcessStatSchema,
} from "../../contract/machine.ts";
import { CREATION_KEY } from "../../contract/creation-key.ts";
import { AppError } from "../../errors/app-error.ts";
import type { Clock } from "../../platform/clock.ts";
import { type ApiLease, ApiLeaseSchema, ApiMachineSchema } from "./machine-shape.ts";
import { pathOf } from "./paths.ts";
import type { Transport } from "./transport.ts";

/** States that an API can be asked to wait for. */
export const WAITABLE_STATES = ["started", "stopped", "suspended", "destroyed", "failed", "settled"] as const;
export type WaitableState = (typeof WAITABLE_STATES)[number];

export interface MachineFilter {
  readonly region?: string | undefined;
  readonly states?: readonly string[] | undefined;
  readonly includeDeleted?: boolean;
  readonly metadata?: Readonly<Record<string, string>>;
}

export interface WaitRequest {
  readonly state: WaitableState;
  /** Milliseconds in all; the API itself waits a minute at most. */
  readonly timeoutMs: number;
  /** Version of the machine that has to get there. */
  readonly instanceId?: string | undefined;
}

export interface MachinesApi {
  list(app: string, filter?: MachineFilter): Promise<Machine[]>;
  get(app: string, id: string): Promise<Machine>;
  /**
   * Makes a machine. Where the answer is lost, the machine is looked for by the key, which its metadata has.
   * @param key that no other creation has
   * @throws OUTCOME_UNKNOWN when it is not found
   */
  create(app: string, body: LaunchMachine, key: string): Promise<Machine>;
  update(app: string, id: string, body: LaunchMachine, nonce?: string): Promise<Machine>;
  start(app: string, id: string, nonce?: string): Promise<void>;
  stop(app: string, id: string, how?: { signal?: string; timeoutS?: number }, nonce?: string): Promise<void>;
  restart(
    app: string,
    id: string,
    how?: { signal?: string; timeoutS?: number; force?: boolean },
    nonce?: string,
  ): Promise<void>;
  suspend(app: string, id: string, nonce?: string): Promise<void>;
  signal(app: string, id: string, signal: string): Promise<void>;
  cordon(app: string, id: string, cordoned: boolean, nonce?: string): Promise<void>;
  destroy(app: string, id: string, force: boolean, nonce?: string): Promise<void>;
  /** Waits, by as many requests as it takes. @throws DEADLINE */
  wait(app: string, id: string, request: WaitRequest): Promise<void>;
  exec(
    app: string,
    id: string,
    command: { command: readonly string[]; container?: string; stdin?: string; timeoutS: number },
  ): Promise<ExecAnswer>;
  events(app: string, id: string, limit: number): Promise<MachineEvent[]>;
  /** Configurations that the machine had, and the one that it has. */
  versions(app: string, id: string): Promise<MachineConfig[]>;
  /** TCP sockets that its programs listen on, as "address:port". */
  listening(app: string, id: string): Promise<string[]>;
  /** The lease, or undefined where nobody holds one. */
  lease(app: string, id: string): Promise<ApiLease | undefined>;
  takeLease(app: string, id: string, ttlS: number, nonce?: string): Promise<ApiLease>;
  releaseLease(app: string, id: string, nonce: string): Promise<void>;
}

const LONGEST_WAIT_S = 60;
const ANSWER_MARGIN_MS = 5_000;
/** Machines can be missing for a moment after their creation. */
const SETTLE_MS = 5_000;
const SETTLE_INTERVAL_MS = 500;

export interface MachinesApiDeps {
  readonly transport: Transport;
  readonly clock: Pick<Clock, "monotonic" | "sleep">;
  readonly signal?: AbortSignal | undefined;
}

/** The machines' part of the client. */
export function createMachinesApi({ transport, clock, signal }: MachinesApiDeps): MachinesApi {
  const at = (app: string, ...rest: readonly string[]): string => pathOf("apps", app, "machines", ...rest);
  const act = (action: string, repeatable: boolean) => (app: string, id: string, nonce?: string) =>
    transport.send({ method: "POST", path: at(app, id, action), body: {}, nonce, repeatable });
  /** Creations of this client, by ID: of these a "not found" means "not yet". */
  const createdAtMs = new Map<string, number>();

  /** Asks again while a machine that was just made is not to be found. */
  const settled = async <T>(id: string, ask: () => Promise<T>): Promise<T> => {
    for (;;) {
      try {
        return await ask();
      } catch (error) {
        const createdAt = createdAtMs.get(id);
        const isMissing = error instanceof AppError && ["MACHINE_NOT_FOUND", "NOT_FOUND"].includes(error.code);
        if (!isMissing || createdAt === undefined || clock.monotonic() - createdAt >= SETTLE_MS) throw error;
        await clock.sleep(SETTLE_INTERVAL_MS, signal);
      }
    }
  };

  const list: MachinesApi["list"] = (app, filter = {}) =>
    transport.fetch(
      {
        method: "GET",
        path: at(app),
        query: {
          region: filter.region,
          state: filter.states?.join(","),
          include_deleted: filter.includeDeleted === true ? true : undefined,
          ...Object.fromEntries(
            Object.entries(filter.metadata ?? {}).map(([name, value]) => [`metadata.${name}`, value]),
          ),
        },
      },
      z.array(ApiMachineSchema),
    );

  /** The machine of a creation whose answer was lost. */
  const findCreated = async (app: string, key: string, lost: AppError): Promise<Machine> => {
    const endsAt = clock.monotonic() + SETTLE_MS;
    for (;;) {
      const machines = await list(app, { metadata: { [CREATION_KEY]: key } });
      const found = machines.find(({ config }) => config.metadata?.[CREATION_KEY] === key);
      if (found !== undefined) return found;
      if (clock.monotonic() >= endsAt) throw lost;
      await clock.sleep(SETTLE_INTERVAL_MS, signal);
    }
  };

  return {
    list,
    get: (app, id) => settled(id, () => transport.fetch({ method: "GET", path: at(app, id) }, ApiMachineSchema)),
    create: async (app, body, key) => {
      const metadata = { ...body.config.metadata, [CREATION_KEY]: key };
      const marked = { ...body, config: { ...body.config, metadata } };
      const machine = await transport
        .fetch({ method: "POST", path: at(app), body: marked }, ApiMachineSchema)
        .catch((error: unknown) => {
          if (error instanceof AppError && error.code === "OUTCOME_UNKNOWN") return findCreated(app, key, error);
          throw error;
        });
      createdAtMs.set(machine.id, clock.monotonic());
      return machine;
    },
    update: (app, id, body, nonce) =>
      transport.fetch({ method: "POST", path: at(app, id), body, nonce }, ApiMachineSchema),
    start: act("start", false),
    stop: (app, id, how = {}, nonce) =>
      transport.send({
        method: "POST",
        path: at(app, id, "stop"),
        nonce,
        repeatable: true,
        body: {
          ...(how.signal === undefined ? {} : { signal: how.signal }),
          ...(how.timeoutS === undefined ? {} : { timeout: `${how.timeoutS}s` }),
        },
      }),
    restart: (app, id, how = {}, nonce) =>
      transport.send({
        method: "POST",
        path: at(app, id, "restart"),
        nonce,
        query: {
          signal: how.signal,
          timeout: how.timeoutS === undefined ? undefined : `${how.timeoutS}s`,
          force_stop: how.force === true ? true : undefined,
        },
      }),
    suspend: act("suspend", false),
    signal: (app, id, name) => transport.send({ method: "POST", path: at(app, id, "signal"), body: { signal: name } }),
    cordon: (app, id, cordoned, nonce) => act(cordoned ? "cordon" : "uncordon", true)(app, id, nonce),
    destroy: (app, id, force, nonce) =>
      // The platform's own client says kill where the specification says force.
      transport.send({
        method: "DELETE",
        path: at(app, id),
        nonce,
        query: force ? { force: true, kill: true } : {},
      }),
    wait: async (app, id, { state, timeoutMs, instanceId }) => {
      const endsAt = clock.monotonic() + timeoutMs;
      for (;;) {
        const leftS = Math.max(1, Math.ceil((endsAt - clock.monotonic()) / 1_000));
        const timeoutS = Math.min(LONGEST_WAIT_S, leftS);
        try {
          return await settled(id, () =>
            transport.send({
              method: "GET",
              path: at(app, id, "wait"),
              query: { state, timeout: timeoutS, instance_id: instanceId },
              timeoutMs: timeoutS * 1_000 + ANSWER_MARGIN_MS,
            }),
          );
        } catch (error) {
          const isLate = error instanceof AppError && error.code === "DEADLINE";
          if (isLate && clock.monotonic() < endsAt) continue;
          // Whoever waits for the end of a machine has it when there is none.
          if (state === "destroyed" && error instanceof AppError && error.code === "MACHINE_NOT_FOUND") return;
          throw error;
        }
      }
    },
    exec: (app, id, { command, container, stdin, timeoutS }) =>
      transport
        .fetch(
          {
            method: "POST",
            path: at(app, id, "exec"),
            timeoutMs: timeoutS * 1_000 + ANSWER_MARGIN_MS,
            body: {
              command,
              timeout: timeoutS,
              ...(container === undefined ? {} : { container }),
              ...(stdin === undefined ? {} : { stdin }),
            },
          },
          ExecAnswerSchema.partial().required({ exit_code: true }),
        )
        .then((answer) => ({ ...answer, stdout: answer.stdout ?? "", stderr: answer.stderr ?? "" })),
    events: (app, id, limit) =>
      transport.fetch({ method: "GET", path: at(app, id, "events"), query: { limit } }, z.array(MachineEventSchema)),
    lease: (app, id) =>
      transport.fetch({ method: "GET", path: at(app, id, "lease") }, ApiLeaseSchema).catch((error: unknown) => {
        if (error instanceof AppError && (error.code === "LEASE_NOT_FOUND" || error.code === "NOT_FOUND"))
          return undefined;
        throw error;
      }),
    versions: async (app, id) =>
      (await transport.fetch({ method: "GET", path: at(app, id, "versions") }, z.array(MachineVersionSchema))).map(
        ({ user_config: config }) => config,
      ),
    listening: async (app, id) => {
      const processes = await transport.fetch(
        { method: "GET", path: at(app, id, "ps") },
        z.array(ProcessStatSchema.partial()),
      );
      const sockets = processes.flatMap(({ listen_sockets: own = [] }) => own);
      return [...new Set(sockets.filter(({ proto }) => proto.startsWith("tcp")).map(({ address }) => address))];
    },
    // Both forms at once: the specification's body and the query of the platform's own client.
    takeLease: (app, id, ttlS, nonce) =>
      transport.fetch(
        { method: "POST", path: at(app, id, "lease"), query: { ttl: ttlS }, body: { ttl: ttlS }, nonce },
        ApiLeaseSchema,
      ),
    releaseLease: (app, id, nonce) => transport.send({ method: "DELETE", path: at(app, id, "lease"), nonce }),
  };
}
