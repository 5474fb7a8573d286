import { appendFileSync } from 'node:fs';
import { relative } from 'node:path';
import type { Reporter, TestModule } from 'vitest/node';

/** What `scripts/ci.ts` reads of a run of tests: one line of JSON in the file that RESTAGE_CI_REPORT names. */
export interface TestReport {
  readonly passed: number;
  /** The tests that failed, each with its file and its last error. */
  readonly failures: readonly TestFailure[];
  /** Names of the tests that were skipped, with the reasons that these gave. */
  readonly skipped: readonly string[];
}

/** A test that failed, or a file that did not load. */
export interface TestFailure {
  readonly file: string;
  readonly name: string;
  readonly error: string;
}

/** Counts tests, and names those that failed or were skipped. */
export default class CiReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const reportFile = process.env.RESTAGE_CI_REPORT;
    if (!reportFile) throw new Error('Set RESTAGE_CI_REPORT to the file that the report goes to.');
    const report = {
      passed: 0,
      failures: [] as TestFailure[],
      skipped: [] as string[],
    };
    for (const module of modules) {
      const file = relative(process.cwd(), module.moduleId);
      // A file that does not load has no tests, and fails all the same.
      for (const { message } of module.errors()) report.failures.push({ file, name: file, error: message });
      for (const test of module.children.allTests()) {
        const result = test.result();
        const { state, errors } = result;
        const name = `${file} > ${test.fullName}`;
        if (state === 'passed') report.passed += 1;
        if (state === 'failed') report.failures.push({ file, name, error: errors?.at(-1)?.message ?? '' });
        if (result.state === 'skipped') report.skipped.push(result.note ? `${name}: ${result.note}` : name);
      }
    }
    appendFileSync(reportFile, `${JSON.stringify(report satisfies TestReport)}\n`);
  }
}
