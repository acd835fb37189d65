// Hands the events of the in-memory engine to everyone who listens.
import type { ContainerEvent } from "../container-runtime.ts";
import { type Channel, createChannel } from "./channel.ts";

export interface EventHub {
  emit(event: ContainerEvent): void;
  subscribe(labels: Readonly<Record<string, string>>, signal: AbortSignal): AsyncGenerator<ContainerEvent>;
  /** Breaks all subscriptions, as an engine that goes away does. */
  fail(error: Error): void;
}

/** Whether a thing carries all the wanted labels. */
export function carries(labels: Readonly<Record<string, string>>, wanted: Readonly<Record<string, string>>): boolean {
  return Object.entries(wanted).every(([key, value]) => labels[key] === value);
}

/** Nobody listens yet. */
export function createEventHub(): EventHub {
  const subscriptions = new Map<Channel<ContainerEvent>, Readonly<Record<string, string>>>();
  return {
    emit: (event) => {
      for (const [channel, wanted] of subscriptions) if (carries(event.labels, wanted)) channel.push(event);
    },
    subscribe: (labels, signal) => {
      const channel = createChannel<ContainerEvent>();
      subscriptions.set(channel, labels);
      signal.addEventListener("abort", () => subscriptions.delete(channel), { once: true });
      return channel.read(signal, () => subscriptions.delete(channel));
    },
    fail: (error) => {
      for (const channel of subscriptions.keys()) channel.fail(error);
      subscriptions.clear();
    },
  };
}
