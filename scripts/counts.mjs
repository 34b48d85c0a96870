// Prints `N passed, N failed` from vitest's JSON report. A test file that does not load counts as one failure.
import { existsSync, readFileSync } from "node:fs";
import process from "node:process";

const [path = ""] = process.argv.slice(2);
let passed = 0;
let failed = 1; // a report that is missing is a failure
if (existsSync(path)) {
  const report = JSON.parse(readFileSync(path, "utf8"));
  const unloaded = report.testResults.filter((file) => file.status === "failed" && file.assertionResults.length === 0);
  passed = report.numPassedTests;
  failed = report.numFailedTests + unloaded.length;
  if (failed === 0 && (!report.success || passed === 0)) failed = 1; // an error outside every test, or no test at all
}
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
