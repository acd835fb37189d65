// The live view of a dev run. Reached by a dynamic import only: React and ink load for terminals alone.
import { Box, render, Static, Text } from "ink";
import type { DevEvent } from "../../operations/dev/dev-events.ts";
import type { Shown } from "../output/progress.ts";
import {
  DEV_START,
  type DevPainters,
  type DevState,
  reduceDev,
  renderDevEvent,
  renderDevMachine,
  renderDevWork,
} from "../present/dev.ts";

export interface DevViewProps {
  readonly app: string;
  readonly url: string;
  readonly lines: readonly string[];
  readonly state: DevState;
  readonly painters: DevPainters;
}

/** Logs and events as lines that stay; below them where the app is, its machines, and what the last change came to. */
export function DevView({ app, url, lines, state, painters }: DevViewProps) {
  return (
    <>
      <Static items={[...lines]}>{(line, index) => <Text key={index}>{line}</Text>}</Static>
      <Box flexDirection="column" marginTop={1}>
        <Text wrap="truncate-end">
          <Text bold>{app}</Text> {url}
        </Text>
        {state.machines.map((machine) => (
          <Text key={machine.id} wrap="truncate-end">
            {renderDevMachine(machine, painters)}
          </Text>
        ))}
        <Text wrap="truncate-end" {...(state.work === "failed" ? { color: "red" } : {})}>
          {renderDevWork(state)}
        </Text>
        <Text dimColor>Ctrl-C ends this and puts everything back</Text>
      </Box>
    </>
  );
}

export interface ShownDev extends Shown {
  readonly add: (event: DevEvent) => void;
}

/** Shows a run on stdout until it is closed; its lines stay on the screen. */
export function showDev(app: string, url: string, painters: DevPainters): ShownDev {
  let lines: readonly string[] = [];
  let state = DEV_START;
  const page = () => <DevView app={app} url={url} lines={lines} state={state} painters={painters} />;
  const view = render(page(), {
    exitOnCtrlC: false, // signals are the command's
    patchConsole: false,
  });
  return {
    add: (event) => {
      const line = renderDevEvent(event, painters);
      if (line !== undefined) lines = [...lines, line];
      state = reduceDev(state, event);
      view.rerender(page());
    },
    close: async () => {
      await view.waitUntilRenderFlush();
      view.unmount();
      await view.waitUntilExit();
    },
  };
}
