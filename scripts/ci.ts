/**
 * Runs everything that must hold, cheap checks first, and prints at its end which tests were skipped or needed a second try,
 * how long each step took and, as the last line, the count. A check that fails ends the run; later steps all run.
 *
 *   pnpm ci:run
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestFailure, TestReport } from './ci-reporter.ts';

const root = join(import.meta.dirname, '..');
const scratch = mkdtempSync(join(tmpdir(), 'restage-ci-'));
const steps: { name: string; seconds: number; hasPassed: boolean; lastLines: string[] }[] = [];

/** Runs one step with its output shown, and keeps its last lines. @returns whether it passed */
function step(name: string, command: readonly string[], env: Record<string, string> = {}): boolean {
  console.log(`\n── ${name}: ${command.join(' ')}`);
  const began = performance.now();
  const log = join(scratch, 'step.log');
  const { status } = spawnSync('bash', ['-o', 'pipefail', '-c', '"$@" 2>&1 | tee "$0"', log, ...command], {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, ...env },
  });
  const seconds = Math.round((performance.now() - began) / 1000);
  const lastLines = readFileSync(log, 'utf8').trimEnd().split('\n').slice(-8);
  steps.push({ name, seconds, hasPassed: status === 0, lastLines });
  return status === 0;
}

const pnpm = (...words: string[]) => ['npx', '-y', 'pnpm@12', ...words];

/** What the tests of each step reported: its run, and the second run of the files that failed, if there was one. */
const reports = new Map<string, TestReport[]>();

/** A step that runs tests, and the files that failed once more. */
function tests(name: string, command: readonly string[]): void {
  const reportFile = join(scratch, `${name}.jsonl`);
  step(name, command, { RESTAGE_CI_REPORT: reportFile });
  const lines = existsSync(reportFile) ? readFileSync(reportFile, 'utf8').trim().split('\n') : [];
  reports.set(
    name,
    lines.map((line) => JSON.parse(line)),
  );
}

/** The tests of a step that failed at their last try, and those that failed only at the first. */
function failures(runs: readonly TestReport[]): { last: readonly TestFailure[]; retried: TestFailure[] } {
  const last = runs.at(-1)?.failures ?? [];
  const names = new Set(last.map(({ name }) => name));
  return { last, retried: (runs[0]?.failures ?? []).filter(({ name }) => !names.has(name)) };
}

const tier = (name: string) => tests(name, ['bash', 'scripts/test-tier.sh', name]);

const checks = ['types', 'lint', 'knip', 'deps', 'third-party --check', 'build'];
if (checks.every((check) => step(check, pnpm(...check.split(' '))))) {
  tier('test');
  tests('lone clone', ['bash', 'scripts/lone-clone.sh', join(scratch, 'clone')]);
  tier('test:long');
  tier('test:footage');
  tier('test:s3');
  step('test:chaos', pnpm('test:chaos', '--short'));
  step('test:chaos --hosts', pnpm('test:chaos', '--hosts', '--short'));
  step('smoke', pnpm('smoke'));
  step('smoke:package', pnpm('smoke:package'));
  step('examples', pnpm('examples', '--page'));
  tier('test:console');
  step('runtimes', pnpm('runtimes', '--page'));
}

rmSync(scratch, { recursive: true, force: true });

for (const runs of reports.values())
  for (const name of runs[0]?.skipped ?? []) console.log(`skipped: ${name}`);
for (const [step, runs] of reports)
  for (const { name, error } of failures(runs).retried)
    console.log(`passed at the second try, in ${step}: ${name}\n  at first: ${error.split('\n')[0]}`);
for (const { name, seconds, hasPassed } of steps)
  console.log(`${hasPassed ? 'passed' : 'FAILED'} ${String(seconds).padStart(5)} s  ${name}`);

// What failed stands at the end, where whoever sees only the end of a long output finds it.
let failedTests = 0;
let passed = 0;
for (const { name: step, hasPassed, lastLines } of steps) {
  const runs = reports.get(step) ?? [];
  const failed = failures(runs);
  failedTests += failed.last.length;
  passed += (runs[0]?.passed ?? 0) + failed.retried.length + (hasPassed ? 1 : 0);
  for (const { name, error } of failed.last)
    console.log(`FAILED in ${step}: ${name}\n  ${error.split('\n')[0]}`);
  if (!hasPassed && failed.last.length === 0)
    console.log(`the last lines of ${step}:\n${lastLines.map((line) => `  ${line}`).join('\n')}`);
}

const failedSteps = steps.filter(({ hasPassed }) => !hasPassed).length;
process.exitCode = failedSteps > 0 ? 1 : 0;
console.log(`${passed} passed, ${failedTests + failedSteps} failed`);
