// Where the bytes of a command in a machine go: on to our own streams, or into the value that --json prints.

type Write = (stream: "stdout" | "stderr", bytes: Uint8Array) => Promise<void>;

/** Writes to the process's stream of that name; resolves when it has taken them, or nobody reads any more. */
export const standardOutput: Write = (stream, bytes) =>
  new Promise((resolve) => {
    process[stream].write(bytes, () => resolve());
  });

/** Keeps everything. */
export function collectOutput(): { readonly write: Write; text(): { stdout: string; stderr: string } } {
  const parts = { stdout: [] as Uint8Array[], stderr: [] as Uint8Array[] };
  const textOf = (stream: "stdout" | "stderr"): string => Buffer.concat(parts[stream]).toString();
  return {
    write: async (stream, bytes) => void parts[stream].push(bytes),
    text: () => ({ stdout: textOf("stdout"), stderr: textOf("stderr") }),
  };
}
