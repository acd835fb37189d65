// The live view of a list of steps or machines. Reached by a dynamic import only: React and ink load for terminals alone.
import { Box, render, Static, Text, useAnimation } from "ink";
import { useSyncExternalStore } from "react";
import type { Clock } from "../../platform/clock.ts";
import { formatSeconds, type Progress, type Shown, type Step } from "../output/progress.ts";

const SPINNER = ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"] as const;
const SPINNER_INTERVAL_MS = 80;

export interface StepsViewProps {
  readonly progress: Progress;
  readonly clock: Pick<Clock, "monotonic">;
}

/** Lines that stay, above the steps as they are now. */
export function StepsView({ progress, clock }: StepsViewProps) {
  const { steps, lines } = useSyncExternalStore(progress.subscribe, progress.snapshot);
  const { frame } = useAnimation({
    interval: SPINNER_INTERVAL_MS,
    isActive: steps.some((step) => step.state === "running"),
  });
  const titleWidth = Math.max(0, ...steps.map((step) => step.title.length));
  return (
    <>
      <Static items={[...lines]}>{(line, index) => <Text key={index}>{line}</Text>}</Static>
      {steps.map((step) => (
        <StepLine key={step.id} step={step} titleWidth={titleWidth} nowMs={clock.monotonic()} frame={frame} />
      ))}
    </>
  );
}

interface StepLineProps {
  readonly step: Step;
  readonly titleWidth: number;
  readonly nowMs: number;
  readonly frame: number;
}

function StepLine({ step, titleWidth, nowMs, frame }: StepLineProps) {
  const sign = signOf(step, frame);
  const elapsedMs = step.startedAtMs === undefined ? undefined : (step.endedAtMs ?? nowMs) - step.startedAtMs;
  return (
    <Box gap={1}>
      <Text color={sign.color} dimColor={step.state === "pending"}>
        {sign.text}
      </Text>
      <Text wrap="truncate-end" dimColor={step.state === "pending"}>
        {step.title.padEnd(titleWidth)}
      </Text>
      <Box flexShrink={1}>
        <Text wrap="truncate-end" dimColor={step.state !== "failed"}>
          {step.text ?? ""}
        </Text>
      </Box>
      <Text dimColor>{elapsedMs === undefined ? "" : formatSeconds(elapsedMs)}</Text>
    </Box>
  );
}

function signOf({ state }: Step, frame: number): { text: string; color: string } {
  switch (state) {
    case "pending":
      return { text: "·", color: "gray" };
    case "running":
      return { text: SPINNER[frame % SPINNER.length] ?? "·", color: "cyan" };
    case "done":
      return { text: "✓", color: "green" };
    case "failed":
      return { text: "✗", color: "red" };
    default:
      return state satisfies never;
  }
}

/** Draws on stderr until closed; the last state stays on the screen. */
export async function showSteps(progress: Progress, clock: Clock): Promise<Shown> {
  const view = render(<StepsView progress={progress} clock={clock} />, {
    stdout: process.stderr,
    exitOnCtrlC: false, // signals are the command's
    patchConsole: false,
  });
  return {
    close: async () => {
      await view.waitUntilRenderFlush(); // what was reported last has to be on the screen
      view.unmount();
      await view.waitUntilExit();
    },
  };
}
