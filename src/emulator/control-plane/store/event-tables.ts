// What happened to machines, and what their health checks said, as rows.
import type { CheckRecord, MachineEvent } from "../../model/records.ts";
import { eventId } from "../../model/ids.ts";
import type { Database, Row } from "./database.ts";

/** Events kept for each machine; older ones are dropped, as on the platform. */
const EVENTS_KEPT = 50;

export interface EventTables {
  addEvent(machine: string, event: MachineEvent): void;
  /** Newest first. */
  events(machine: string): MachineEvent[];
  /** The events of all machines of an app, by machine; newest first. */
  eventsOfApp(app: string): Map<string, MachineEvent[]>;
  putCheck(check: CheckRecord): void;
  checks(machine: string): CheckRecord[];
  checksOfApp(app: string): Map<string, CheckRecord[]>;
}

/** Parsed events that are kept: what happened does not change. */
const PARSED_KEPT = 20_000;

function eventReader(): (row: Row) => MachineEvent {
  const known = new Map<string, MachineEvent>();
  return ({ machine, seq, body }) => {
    // Numbers are given again after the newest events were forgotten with their machine.
    const key = `${String(machine)} ${String(seq)}`;
    const present = known.get(key);
    if (present !== undefined) return present;
    if (known.size >= PARSED_KEPT) known.clear();
    const event = JSON.parse(String(body)) as MachineEvent;
    const read = { id: eventId(event.timestamp, Number(seq)), ...event };
    known.set(key, read);
    return read;
  };
}

function checkOf(row: Row): CheckRecord {
  return {
    machineId: String(row.machine),
    instanceId: String(row.instance_id),
    name: String(row.name),
    status: row.status as CheckRecord["status"],
    output: String(row.output),
    updated_at: String(row.updated_at),
  };
}

function byMachine<T>(rows: readonly Row[], read: (row: Row) => T): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const row of rows) {
    const machine = String(row.machine);
    const group = groups.get(machine);
    if (group === undefined) groups.set(machine, [read(row)]);
    else group.push(read(row));
  }
  return groups;
}

export function eventTables(db: Database): EventTables {
  const eventOf = eventReader();
  return {
    addEvent: (machine, event) => {
      db.run("INSERT INTO events (machine, body) VALUES (?, ?)", machine, JSON.stringify(event));
      db.run(
        "DELETE FROM events WHERE machine = ? AND seq <= (SELECT seq FROM events WHERE machine = ? ORDER BY seq DESC LIMIT 1 OFFSET ?)",
        ...[machine, machine, EVENTS_KEPT],
      );
    },
    events: (machine) => db.all("SELECT * FROM events WHERE machine = ? ORDER BY seq DESC", machine).map(eventOf),
    eventsOfApp: (app) =>
      byMachine(
        db.all("SELECT e.* FROM machines m JOIN events e ON e.machine = m.id WHERE m.app = ? ORDER BY e.seq DESC", app),
        eventOf,
      ),
    putCheck: (check) =>
      void db.run(
        `INSERT INTO checks (machine, instance_id, name, status, output, updated_at) VALUES (?, ?, ?, ?, ?, ?)
         ON CONFLICT (machine, name) DO UPDATE SET instance_id = excluded.instance_id, status = excluded.status, output = excluded.output, updated_at = excluded.updated_at`,
        ...[check.machineId, check.instanceId, check.name, check.status, check.output, check.updated_at],
      ),
    checks: (machine) => db.all("SELECT * FROM checks WHERE machine = ? ORDER BY name", machine).map(checkOf),
    checksOfApp: (app) =>
      byMachine(
        db.all("SELECT c.* FROM machines m JOIN checks c ON c.machine = m.id WHERE m.app = ? ORDER BY c.name", app),
        checkOf,
      ),
  };
}
