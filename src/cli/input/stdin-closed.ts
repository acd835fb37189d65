// The end of the standard input as an event, for programs that are run by others and end with them.

/**
 * Resolves when stdin ends; what comes before is thrown away.
 * @param signal when it is aborted, stdin no longer keeps the process alive
 */
export function stdinClosed(signal: AbortSignal, input: NodeJS.ReadStream = process.stdin): Promise<void> {
  return new Promise((resolve) => {
    for (const event of ["end", "close", "error"]) input.once(event, () => resolve());
    signal.addEventListener("abort", () => input.pause(), { once: true });
    input.resume();
  });
}
