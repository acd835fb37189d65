// Certificate stores as text for people.
import type { TrustPreparation, TrustResult } from "../../operations/certs/trust.ts";

/** What is asked before anything is changed: the very programs that would run. */
export function renderTrustQuestion(verb: "trust" | "untrust", { stores }: TrustPreparation): string {
  const programs = stores.flatMap((store) => store[verb].map((words) => `  ${words.join(" ")}`));
  const what = verb === "trust" ? "Trust" : "No longer trust";
  return `${what} this machine's Hangar authority for TLS? It would run:\n${programs.join("\n")}\n`;
}

/** What became of each store. */
export function renderTrust({ certificate, stores, notes }: TrustResult, verb: "trust" | "untrust"): string {
  return [
    ...stores.map(({ store, state }) => `${store}: ${state}`),
    ...notes,
    ...(verb === "trust" ? [`Node.js and Python bring stores of their own: NODE_EXTRA_CA_CERTS=${certificate}`] : []),
  ].join("\n");
}
