// The live view of a status. Reached by a dynamic import only: React and ink load for terminals alone.
import { render, Text, useWindowSize } from "ink";
import type { WatchedStatus } from "../../operations/status/watch-status.ts";
import { createPainter } from "../output/color.ts";
import { renderStatus } from "../present/status.ts";

export interface StatusViewProps {
  /** The newest reading; stays on the screen while the planet does not answer. */
  readonly latest: Extract<WatchedStatus, { readonly reading: unknown }> | undefined;
  readonly problem: string | undefined;
  readonly color: boolean;
}

/** The last reading as a page, and below it what is wrong at the moment. */
export function StatusView({ latest, problem, color }: StatusViewProps) {
  const { columns } = useWindowSize();
  return (
    <>
      {latest === undefined ? (
        <Text dimColor>Waiting for the planet</Text>
      ) : (
        <Text wrap="truncate-end">{renderStatus(latest.reading, createPainter(color), { width: columns })}</Text>
      )}
      {problem === undefined ? (
        <Text dimColor>Ctrl-C ends this</Text>
      ) : (
        <Text color="yellow">{problem}; trying again</Text>
      )}
    </>
  );
}

/** Shows readings on stdout until they end; the last one stays on the screen. */
export async function showStatus(
  readings: AsyncIterable<WatchedStatus>,
  { color }: { readonly color: boolean },
): Promise<void> {
  let latest: StatusViewProps["latest"];
  const view = render(<StatusView latest={latest} problem={undefined} color={color} />, {
    exitOnCtrlC: false, // signals are the command's
    patchConsole: false,
  });
  try {
    for await (const watched of readings) {
      if ("reading" in watched) latest = watched;
      view.rerender(
        <StatusView latest={latest} problem={"problem" in watched ? watched.problem : undefined} color={color} />,
      );
    }
  } finally {
    await view.waitUntilRenderFlush();
    view.unmount();
    await view.waitUntilExit();
  }
}
