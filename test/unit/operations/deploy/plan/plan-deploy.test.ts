// One row for each rule of what a deploy does to machines: who is created, updated, replaced, destroyed or kept, and what is asked.
import { expect, test } from "vitest";
import type { MachineState } from "../../../../../src/contract/machine.ts";
import { planDeploy } from "../../../../../src/operations/deploy/plan/plan-deploy.ts";
import type { DeployPlan, PlanInput, Step } from "../../../../../src/operations/deploy/plan/plan-types.ts";
import { aConfig, aMachine, anInput, aVolume, aWish, DATA, mounted, SERVICE } from "./a-world.ts";

const line = (step: Step): string =>
  `${step.op} ${"machine" in step ? step.machine : step.key} ${step.group} ${step.region}${"skipLaunch" in step && step.skipLaunch ? " stopped" : ""}`;
const lines = (plan: DeployPlan): string[] => plan.steps.map(line);

interface Row {
  readonly rule: string;
  readonly input: PlanInput;
  readonly steps: readonly string[];
  readonly asks?: readonly RegExp[];
}

const rows: readonly Row[] = [
  {
    rule: "a first deploy makes one machine in the primary region",
    input: anInput(),
    steps: ["create app-1 app iad"],
  },
  {
    rule: "regions of the flag get one machine of each group, in order",
    input: anInput({ groups: [aWish({ name: "web" }), aWish({ name: "cron" })] }, { regions: ["nrt", "ams"] }),
    steps: ["create cron-1 cron ams", "create cron-2 cron nrt", "create web-1 web ams", "create web-2 web nrt"],
  },
  {
    rule: "--ha gives a new group with services a second machine",
    input: anInput({ groups: [aWish({}, { services: [SERVICE] })] }, { ha: true }),
    steps: ["create app-1 app iad", "create app-2 app iad"],
  },
  {
    rule: "--ha gives a new group without services a standby, which is not started",
    input: anInput({}, { ha: true }),
    steps: ["create app-1 app iad", "create app-2 app iad stopped"],
  },
  {
    rule: "--ha makes no second machine of a group with volumes",
    input: anInput({ groups: [aWish({ mounts: [DATA] }, { services: [SERVICE] })] }, { ha: true }),
    steps: ["create-volume volume-1 app iad", "create app-1 app iad"],
  },
  {
    rule: "--ha does not change a group that has machines",
    input: anInput({ machines: [aMachine("a")] }, { ha: true }),
    steps: ["update a app iad"],
  },
  {
    rule: "machines that exist decide where nothing else is said",
    input: anInput({ machines: [aMachine("a", { region: "ams" }), aMachine("b", { region: "nrt" })] }),
    steps: ["update a app ams", "update b app nrt"],
  },
  {
    rule: "a region of the flag that has no machine gets one, and the others stay",
    input: anInput({ machines: [aMachine("a", { region: "ams" })] }, { regions: ["nrt"] }),
    steps: ["create app-1 app nrt", "update a app ams"],
  },
  {
    rule: "a region that the file names is asked for where the group has machines",
    input: anInput({ machines: [aMachine("a")] }, { regions: ["iad", "nrt"], regionsDeclared: true }),
    steps: ["create app-1 app nrt", "update a app iad"],
    asks: [/create 1 "app" machine: the file declares iad=1 nrt=1/],
  },
  {
    rule: "declared counts are reached exactly, and that is asked for",
    input: anInput({
      machines: [aMachine("a"), aMachine("b"), aMachine("c", { region: "ams" })],
      groups: [aWish({ counts: { iad: 1, nrt: 2 } })],
    }),
    steps: [
      "destroy b app iad",
      "destroy c app ams",
      "create app-1 app nrt",
      "create app-2 app nrt",
      "update a app iad",
    ],
    asks: [/create 2 "app" machines and destroy 2 "app" machines: the file declares iad=1 nrt=2/],
  },
  {
    rule: "declared counts of a first deploy are not asked for",
    input: anInput({ groups: [aWish({ counts: { iad: 2 } })] }),
    steps: ["create app-1 app iad", "create app-2 app iad"],
  },
  {
    rule: "a group that is gone loses its machines, and that is asked for",
    input: anInput({ machines: [aMachine("a"), aMachine("w", {}, "worker")] }),
    steps: ["destroy w worker iad", "update a app iad"],
    asks: [/destroy 1 "worker" machine: the configuration no longer has the group/],
  },
  {
    rule: "--update-only makes no new group",
    input: anInput({ machines: [aMachine("a")], groups: [aWish(), aWish({ name: "web" })] }, { updateOnly: true }),
    steps: ["update a app iad"],
  },
  {
    rule: "a machine that runs exactly this already is kept",
    input: anInput({ machines: [aMachine("a", { config: aConfig({ image: "v2" }) })] }),
    steps: ["keep a app iad"],
  },
  {
    rule: "which release wrote a configuration makes no difference",
    input: anInput({
      machines: [aMachine("a", { config: aConfig({ image: "v2", metadata: { fly_release_version: "7" } }) })],
    }),
    steps: ["keep a app iad"],
  },
  {
    rule: "--force updates it all the same",
    input: anInput({ machines: [aMachine("a", { config: aConfig({ image: "v2" }) })] }, { force: true }),
    steps: ["update a app iad"],
  },
  {
    rule: "a failed machine is updated though its configuration is the same",
    input: anInput({ machines: [aMachine("a", { state: "failed", config: aConfig({ image: "v2" }) })] }),
    steps: ["update a app iad"],
  },
  {
    rule: "machines that people made by hand are let alone",
    input: anInput({ machines: [aMachine("a"), aMachine("h", { config: { image: "v1", metadata: {} } })] }),
    steps: ["update a app iad"],
  },
  {
    rule: "with machines made by hand only, the deploy is a first one",
    input: anInput({ machines: [aMachine("h", { config: { image: "v1" } })] }),
    steps: ["create app-1 app iad"],
  },
  {
    rule: "machines that are being destroyed do not count",
    input: anInput({ machines: [aMachine("a", { state: "destroying" }), aMachine("b", { state: "destroyed" })] }),
    steps: ["create app-1 app iad"],
  },
  {
    rule: "a canary and a release machine that were left behind are destroyed",
    input: anInput({
      machines: [
        aMachine("a"),
        aMachine("c", { config: aConfig({ metadata: { fly_canary: "true" } }) }),
        aMachine("r", {}, "fly_app_release_command"),
      ],
    }),
    steps: ["destroy c app iad", "destroy r fly_app_release_command iad", "update a app iad"],
  },
  {
    rule: "--only-machines touches these alone, and makes and removes none",
    input: anInput(
      {
        machines: [aMachine("a"), aMachine("b"), aMachine("w", {}, "worker")],
        groups: [aWish(), aWish({ name: "web" })],
      },
      { onlyMachines: ["b"], regions: ["nrt"] },
    ),
    steps: ["update b app iad"],
  },
  {
    rule: "--exclude-machines and --exclude-regions leave these as they are",
    input: anInput(
      { machines: [aMachine("a"), aMachine("b"), aMachine("c", { region: "ams" })] },
      { excludeMachines: ["a"], excludeRegions: ["ams"] },
    ),
    steps: ["update b app iad"],
  },
  {
    rule: "--process-groups deploys these groups, and removes none",
    input: anInput(
      {
        machines: [aMachine("a"), aMachine("w", {}, "worker"), aMachine("o", {}, "old")],
        groups: [aWish(), aWish({ name: "worker" })],
      },
      { processGroups: ["worker"] },
    ),
    steps: ["update w worker iad"],
  },
  {
    rule: "a machine on a host that does not answer is replaced",
    input: anInput({ machines: [aMachine("a", { host_status: "unreachable" })] }),
    steps: ["replace a app iad"],
  },
  {
    rule: "a machine that moves to a dedicated host is replaced",
    input: anInput({
      machines: [aMachine("a")],
      groups: [aWish({ sizeGiven: true }, { guest: { cpus: 1, host_dedication_id: "h1" } })],
    }),
    steps: ["replace a app iad"],
  },
  {
    rule: "a mount that is gone detaches the volume by a replacement, and that is asked for",
    input: anInput({ machines: [aMachine("a", { config: mounted("vol_1", "data") })] }),
    steps: ["replace a app iad"],
    asks: [/machine a \[app\] loses its volume "data" \(vol_1\), which .* no longer names, and is replaced/],
  },
  {
    rule: "a mount that is new is a replacement with a free volume of the region",
    input: anInput({
      machines: [aMachine("a")],
      volumes: [aVolume("vol_1", { region: "ams" }), aVolume("vol_2")],
      groups: [aWish({ mounts: [DATA] })],
    }),
    steps: ["replace a app iad"],
  },
  {
    rule: "a mount of another name is a replacement with a free volume of that name",
    input: anInput({
      machines: [aMachine("a", { config: mounted("vol_1", "old") })],
      volumes: [aVolume("vol_1", { name: "old", attachedTo: "a" }), aVolume("vol_2")],
      groups: [aWish({ mounts: [DATA] })],
    }),
    steps: ["replace a app iad"],
    asks: [/machine a \[app\] loses its volume "old" \(vol_1\), .* gets "data"/],
  },
  {
    rule: "a mount that moves to another path is updated in place",
    input: anInput({
      machines: [aMachine("a", { config: mounted("vol_1", "data", "/old") })],
      groups: [aWish({ mounts: [DATA] })],
    }),
    steps: ["update a app iad"],
  },
  {
    rule: "what a mount says of its growth is refreshed in place",
    input: anInput({
      machines: [aMachine("a", { config: mounted("vol_1", "data") })],
      groups: [aWish({ mounts: [{ ...DATA, options: { extend_threshold_percent: 80 } }] })],
    }),
    steps: ["update a app iad"],
  },
  {
    rule: "a machine with its volume stays in its place while another one gets a free one",
    input: anInput({
      machines: [aMachine("a", { config: mounted("vol_1", "data") }), aMachine("b")],
      volumes: [aVolume("vol_1", { attachedTo: "a" }), aVolume("vol_2")],
      groups: [aWish({ mounts: [DATA] })],
    }),
    steps: ["replace b app iad", "update a app iad"],
  },
  {
    rule: "of several mounts of a group a new machine gets the first",
    input: anInput({ groups: [aWish({ mounts: [DATA, { ...DATA, name: "other" }] })] }),
    steps: ["create-volume volume-1 app iad", "create app-1 app iad"],
  },
  {
    rule: "a first deploy makes a volume where the only free one's host does not answer",
    input: anInput({ volumes: [aVolume("vol_1", { reachable: false })], groups: [aWish({ mounts: [DATA] })] }),
    steps: ["create-volume volume-1 app iad", "create app-1 app iad"],
  },
  {
    rule: "the machine of a console is no part of a deploy, and one that tried others out goes",
    input: anInput({
      machines: [
        aMachine("a"),
        aMachine("c", {}, "fly_app_console"),
        aMachine("t", {}, "fly_app_test_machine_command"),
      ],
    }),
    steps: ["destroy t fly_app_test_machine_command iad", "update a app iad"],
  },
  {
    rule: "a standby is updated and stays stopped",
    input: anInput({
      machines: [aMachine("a"), aMachine("s", { state: "stopped", config: aConfig({ standbys: ["a"] }) })],
    }),
    steps: ["update a app iad", "update s app iad stopped"],
  },
  {
    rule: "a first deploy takes free volumes before it makes any",
    input: anInput(
      { volumes: [aVolume("vol_1", { attachedTo: "x" }), aVolume("vol_2")], groups: [aWish({ mounts: [DATA] })] },
      { regions: ["iad", "nrt"] },
    ),
    steps: ["create-volume volume-1 app nrt", "create app-1 app iad", "create app-2 app nrt"],
  },
  {
    rule: "an update that was cut short counts as running",
    input: anInput({ machines: [aMachine("a", { state: "replacing" })] }),
    steps: ["update a app iad"],
  },
  ...(
    [
      ["started", false],
      ["starting", false],
      ["failed", false],
      ["stopped", true],
      ["suspended", true],
      ["created", true],
    ] satisfies [MachineState, boolean][]
  ).map(([state, stopped]) => ({
    rule: `a machine that is ${state} is ${stopped ? "left stopped" : "started"}`,
    input: anInput({ machines: [aMachine("a", { state })] }),
    steps: [`update a app iad${stopped ? " stopped" : ""}`],
  })),
];

test.each(rows)("$rule", ({ input, steps, asks = [] }) => {
  const plan = planDeploy(input);
  expect(lines(plan)).toEqual(steps);
  expect(plan.questions.map(({ text }) => text)).toEqual(asks.map((ask) => expect.stringMatching(ask)));
});
