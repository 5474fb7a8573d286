import { appendFileSync } from 'node:fs';
import type { Reporter, TestModule } from 'vitest/node';

/** What `scripts/ci.ts` reads of a run of tests: one line of JSON in the file that RESTAGE_CI_REPORT names. */
export interface TestReport {
  readonly passed: number;
  /** Names of the tests that failed, each with its last error. */
  readonly failures: readonly { readonly name: string; readonly error: string }[];
  /** Names of the tests that were skipped. */
  readonly skipped: readonly string[];
  /** Names of the tests that passed at their second try, each with its first error. */
  readonly retried: readonly { readonly name: string; readonly error: string }[];
}

/** Counts tests, and names those that were skipped or passed at a second try only. */
export default class CiReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const file = process.env.RESTAGE_CI_REPORT;
    if (!file) throw new Error('Set RESTAGE_CI_REPORT to the file that the report goes to.');
    const report = {
      passed: 0,
      failures: [] as TestReport['failures'][number][],
      skipped: [] as string[],
      retried: [] as TestReport['retried'][number][],
    };
    for (const module of modules) {
      // A file that does not load has no tests, and fails all the same.
      for (const { message } of module.errors())
        report.failures.push({ name: module.relativeModuleId, error: message });
      for (const test of module.children.allTests()) {
        const { state, errors } = test.result();
        const name = `${module.relativeModuleId} > ${test.fullName}`;
        if (state === 'passed') report.passed += 1;
        if (state === 'failed') report.failures.push({ name, error: errors?.at(-1)?.message ?? '' });
        if (state === 'skipped') report.skipped.push(name);
        if (test.diagnostic()?.flaky) report.retried.push({ name, error: errors?.[0]?.message ?? '' });
      }
    }
    appendFileSync(file, `${JSON.stringify(report satisfies TestReport)}\n`);
  }
}
