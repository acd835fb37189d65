// Sums the JSON reports of a test run into its last line. Usage: count-tests.ts <folder of reports> [name of the failed suite]
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

interface Report {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly testResults: readonly { readonly status: string; readonly assertionResults: readonly unknown[] }[];
}

const [folder = ".", failedSuite = ""] = process.argv.slice(2);
let passed = 0;
let failed = 0;
let skipped = 0;

for (const name of readdirSync(folder).filter((entry) => entry.endsWith(".json"))) {
  const report = JSON.parse(readFileSync(join(folder, name), "utf8")) as Report;
  passed += report.numPassedTests;
  failed += report.numFailedTests;
  skipped += report.numPendingTests;
  // A file that could not be loaded has no tests to count, and is a failure all the same.
  failed += report.testResults.filter((file) => file.status === "failed" && file.assertionResults.length === 0).length;
}

// A suite can fail without a failed test: the static checks, an unhandled rejection, a crash before the report.
if (failedSuite !== "" && failed === 0) failed = 1;

if (skipped > 0) console.log(`${skipped} skipped`);
console.log(`${passed} passed, ${failed} failed`);
