// Where records are sealed and opened, and what does it. One memory for all connections: a call leaves nothing in it that
// another one needs.
import type { Suite, TrafficKey } from "./key-schedule.ts";

export interface RecordSpace {
  readonly bytes: Buffer;
  /** Where a record that is to be opened begins. */
  readonly openAt: number;
  /** Where records begin that are to be sealed. */
  readonly sealAt: number;
  /** So many bytes of them, heads and tags included. */
  readonly sealBytes: number;
  cipherOf(suite: Suite): RecordCipher;
}

/** Seals what stands in the space, in its place. The record's head stands right before the content, the tag comes right behind. */
export interface RecordCipher {
  seal(key: TrafficKey, sequence: number, at: number, length: number): void;
  /** @param length without the tag @returns whether it is what was sealed */
  open(key: TrafficKey, sequence: number, at: number, length: number): boolean;
}
