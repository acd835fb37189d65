export { parseDurationMs } from "../../project/duration.ts";
