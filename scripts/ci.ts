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
import type { TestReport } from './ci-reporter.ts';

const root = join(import.meta.dirname, '..');
const scratch = mkdtempSync(join(tmpdir(), 'restage-ci-'));
const reportFile = join(scratch, 'tests.jsonl');
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

/** Steps whose failures the reporter names. */
const tiers = new Set<string>();

const pnpm = (...words: string[]) => ['npx', '-y', 'pnpm@12', ...words];

/** A tier of tests, in which a failed test is tried once more. */
function tests(script: string): void {
  tiers.add(script);
  const reporters = ['--retry=1', '--reporter=default', `--reporter=${join(root, 'scripts/ci-reporter.ts')}`];
  step(script, pnpm(script, ...reporters), { RESTAGE_CI_REPORT: reportFile });
}

const checks = ['types', 'lint', 'knip', 'deps', 'build'];
if (checks.every((script) => step(script, pnpm(script)))) {
  tests('test');
  step('lone clone', ['bash', 'scripts/lone-clone.sh', join(scratch, 'clone')]);
  tests('test:long');
  tests('test:footage');
  step('test:chaos', pnpm('test:chaos', '--short'));
  step('smoke', pnpm('smoke'));
  step('examples', pnpm('examples', '--page'));
  step('runtimes', pnpm('runtimes', '--page'));
}

const reports: TestReport[] = existsSync(reportFile)
  ? readFileSync(reportFile, 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
  : [];
rmSync(scratch, { recursive: true, force: true });

for (const name of reports.flatMap(({ skipped }) => skipped)) console.log(`skipped: ${name}`);
for (const { name, error } of reports.flatMap(({ retried }) => retried))
  console.log(`passed at the second try: ${name}\n  at first: ${error.split('\n')[0]}`);
for (const { name, seconds, hasPassed } of steps)
  console.log(`${hasPassed ? 'passed' : 'FAILED'} ${String(seconds).padStart(5)} s  ${name}`);

// What failed stands at the end, where whoever sees only the end of a long output finds it.
for (const { name, error } of reports.flatMap(({ failures }) => failures))
  console.log(`FAILED test: ${name}\n  ${error.split('\n')[0]}`);
for (const { name, lastLines } of steps.filter(({ name, hasPassed }) => !hasPassed && !tiers.has(name)))
  console.log(`the last lines of ${name}:\n${lastLines.map((line) => `  ${line}`).join('\n')}`);

const failedTests = reports.reduce((sum, { failures }) => sum + failures.length, 0);
const failedSteps = steps.filter(({ hasPassed }) => !hasPassed).length;
const passed = reports.reduce((sum, report) => sum + report.passed, 0) + steps.length - failedSteps;
process.exitCode = failedSteps > 0 ? 1 : 0;
console.log(`${passed} passed, ${failedTests + failedSteps} failed`);
