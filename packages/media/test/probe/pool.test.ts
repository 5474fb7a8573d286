import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startChild } from '../../src/probe/child.ts';
import { childLimits, openProbePool, type ProbePool } from '../../src/probe/pool.ts';

const request = { path: '/', size: 1, present: [] };
let directory: string;
let logged: object[];
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'restage-pool-test-'));
});
afterAll(() => rm(directory, { recursive: true, force: true }));

/** A child that runs `body` for each request, with `answer` at hand. */
async function script(name: string, body: string): Promise<string> {
  const path = join(directory, `${name}.mjs`);
  const lines = [
    "const answer = (why, cpuMilliseconds = 1) => process.send({ result: { kind: 'unknown', why }, cpuMilliseconds });",
    'let asked = 0;',
    `process.on('message', async () => { asked += 1; ${body} });`,
    "process.send('ready');",
  ];
  await writeFile(path, lines.join('\n'));
  return path;
}

async function withPool(
  name: string,
  body: string,
  use: (pool: ProbePool) => Promise<void>,
  requestMs = 10_000,
): Promise<void> {
  logged = [];
  const record = (fields: object) => void logged.push(fields);
  const limits = { ...childLimits, requestMs };
  const pool = openProbePool(await script(name, body), 1, limits, { info: record, warn: record });
  try {
    await use(pool);
  } finally {
    await pool.close();
  }
}

describe('a child that', () => {
  test('answers is kept for the next request', () =>
    withPool('kept', 'answer(String(asked))', async (pool) => {
      const answers = await Promise.all([1, 2, 3].map(() => pool.probe(request)));
      expect(answers.map((answer) => 'why' in answer && answer.why)).toEqual(['1', '2', '3']);
    }));

  test.each([
    ['exits', 'process.exit(3)', 'exit code 3'],
    ['crashes', 'process.abort()', 'SIG'],
    ['fills its heap', 'const all = []; for (;;) all.push(new Array(100_000).fill(1))', 'SIG'],
    ['answers something else', 'process.send({ result: { kind: "probed" } })', 'answered'],
  ])('%s is replaced, and its request answered', (name, body, how) =>
    withPool(name, body, async (pool) => {
      expect(await pool.probe(request)).toMatchObject({ kind: 'unknown' });
      expect(await pool.probe(request)).toMatchObject({ kind: 'unknown' });
      expect(logged[0]).toMatchObject({ how: expect.stringContaining(how) });
    }),
  );

  test('hangs is killed after the timeout', () =>
    withPool(
      'hangs',
      'if (asked === 1) answer("1"); else for (;;);',
      async (pool) => {
        expect(await pool.probe(request)).toMatchObject({ why: '1' });
        const started = performance.now();
        expect(await pool.probe(request)).toMatchObject({ kind: 'unknown' });
        expect(performance.now() - started).toBeLessThan(2000);
        expect(logged).toMatchObject([{ how: 'timeout' }]);
        expect(await pool.probe(request)).toMatchObject({ why: '1' });
      },
      500,
    ));

  test('replied in time is read by a parent that was busy', () =>
    withPool(
      'busy',
      'answer(String(asked))',
      async (pool) => {
        await pool.probe(request);
        const answer = pool.probe(request);
        await new Promise((resolve) => setImmediate(resolve));
        for (const started = performance.now(); performance.now() - started < 800; );
        expect(await answer).toMatchObject({ why: '2' });
      },
      500,
    ));

  test('dies while it waits is replaced before the next request', () =>
    withPool('dies-idle', 'answer(String(asked)); setTimeout(() => process.exit(), 20)', async (pool) => {
      await pool.probe(request);
      await new Promise((resolve) => setTimeout(resolve, 200));
      expect(await pool.probe(request)).toMatchObject({ why: '1' });
      expect(logged).toEqual([]);
    }));

  test('has used much CPU is replaced after its reply', () =>
    withPool('retired', 'answer(String(asked), 20_000)', async (pool) => {
      expect(await pool.probe(request)).toMatchObject({ why: '1' });
      expect(await pool.probe(request)).toMatchObject({ why: '1' });
      expect(logged).toEqual([]);
    }));
});

test.each([
  ['writes no file', "await import('node:fs').then((fs) => fs.writeFileSync('./written', ''))"],
  ['starts no process', "await import('node:child_process').then((child) => child.execSync('true'))"],
  [
    'starts no thread',
    "const { Worker } = await import('node:worker_threads'); new Worker('', { eval: true })",
  ],
])('a child %s', (name, body) =>
  withPool(name, `try { ${body}; answer('done') } catch (error) { answer(error.code) }`, async (pool) => {
    expect(await pool.probe(request)).toMatchObject({ why: 'ERR_ACCESS_DENIED' });
  }),
);

test('a child sees nothing of the environment', () =>
  withPool('environment', 'answer(Object.keys(process.env).join())', async (pool) => {
    const answer = await pool.probe(request);
    expect(answer).toMatchObject({ why: expect.not.stringMatching(/PATH|HOME|DATABASE|SECRET/) });
  }));

test('a child is bounded by the kernel in CPU time and memory', async () => {
  const body = "answer(await import('node:fs').then((fs) => fs.readFileSync('/proc/self/limits', 'utf8')))";
  if (process.platform !== 'linux') return;
  await withPool('bounded', body, async (pool) => {
    const answer = await pool.probe(request);
    const found = 'why' in answer ? answer.why : '';
    expect(found).toMatch(new RegExp(`Max cpu time\\s+${childLimits.cpuSeconds}\\s`));
    expect(found).toMatch(new RegExp(`Max data size\\s+${childLimits.dataMegabytes * 1024 * 1024}\\s`));
    expect(found).toMatch(/Max core file size\s+0\s/);
  });
});

test('a child that spins is killed by the kernel at its CPU limit', async () => {
  const child = await startChild(await script('spins', 'for (;;);'), {
    ...childLimits,
    requestMs: 20_000,
    cpuSeconds: 1,
  });
  expect(await child.request(request)).toMatchObject({
    kind: 'died',
    how: expect.stringMatching(/SIGXCPU|SIGKILL/),
  });
});

test('a script that does not start throws', async () => {
  await expect(startChild(join(directory, 'nothing.mjs'), childLimits)).rejects.toThrow('did not start');
});

test('children end with their parent, even if it is killed', async () => {
  if (process.platform !== 'linux') return;
  const child = await script('orphan', 'answer(String(process.pid))');
  const parent = join(directory, 'parent.ts');
  await writeFile(
    parent,
    [
      `import { openProbePool, childLimits } from ${JSON.stringify(new URL('../../src/probe/pool.ts', import.meta.url).href)};`,
      `const pool = openProbePool(${JSON.stringify(child)}, 1, childLimits, console);`,
      `const answer = await pool.probe(${JSON.stringify(request)});`,
      'console.log(answer.why);',
      "process.kill(process.pid, 'SIGKILL');",
    ].join('\n'),
  );
  const killed = await promisify(execFile)(process.execPath, [parent]).catch(
    (error: { stdout: string }) => error,
  );
  const pid = killed.stdout.trim();
  expect(pid).toMatch(/^\d+$/);
  await expect.poll(() => isRunning(pid)).toBe(false);
});

/** Whether a process runs: one that has ended may still wait to be reaped. */
async function isRunning(pid: string): Promise<boolean> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => 'State: gone');
  return !/^State:\s+(gone|Z)/m.test(status);
}
