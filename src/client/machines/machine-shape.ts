// Machines as an API may send them: without what a summary leaves out, or what an unreachable host does not know.
import { z } from "zod";
import { LeaseSchema, MachineSchema } from "../../contract/machine.ts";

type Fields = Readonly<Record<string, unknown>>;

const isFields = (value: unknown): value is Fields => typeof value === "object" && value !== null;

/** A machine whose configuration and events are there, be they incomplete. */
export const ApiMachineSchema = z.preprocess((value: unknown) => {
  if (!isFields(value)) return value;
  const known = value["config"] ?? value["incomplete_config"];
  const config = { ...(isFields(known) ? known : {}) };
  return {
    ...value,
    config: { ...config, image: config["image"] ?? imageOf(value["image_ref"]) },
    events: value["events"] ?? [],
  };
}, MachineSchema);

function imageOf(ref: unknown): string {
  if (!isFields(ref)) return "unknown";
  const { registry, repository, tag } = ref;
  const parts = [registry, repository].filter((part) => typeof part === "string" && part !== "");
  return parts.length === 0 ? "unknown" : `${parts.join("/")}${typeof tag === "string" ? `:${tag}` : ""}`;
}

/** A lease, in the envelope of the platform's own client or bare as the specification has it. */
export const ApiLeaseSchema = z.preprocess(
  (value: unknown) => (isFields(value) && isFields(value["data"]) ? value["data"] : value),
  LeaseSchema.partial().required({ expires_at: true }),
);
export type ApiLease = z.infer<typeof ApiLeaseSchema>;
