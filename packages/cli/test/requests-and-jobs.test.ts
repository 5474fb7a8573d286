import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fixturePath } from '@restage/fixtures';
import { openTransports } from '@restage/testing/support';
import { describe, expect, onTestFinished, test } from 'vitest';
import { exitCodes } from '../src/exit-codes.ts';
import { createRunner } from './support/run-restage.ts';

const services = await openTransports();
const photograph = fixturePath('cat.png');

/** An account, and a function that runs command lines with its key. */
async function openAccount() {
  const { key } = await services.account();
  return { key, restage: createRunner({ RESTAGE_API_KEY: key, RESTAGE_BASE_URL: services.url }) };
}

describe('restage requests', async () => {
  const { key, restage } = await openAccount();
  const failed = await restage(['run', photograph, '--json']);
  await restage(['get', 'swx_00000000000000000000000000']);
  await restage(['upload', photograph]);
  await services.ctx.requests.flush();
  const { requestId } = JSON.parse(failed.err).error;

  test('list shows writes and failures, newest first', async () => {
    const { exitCode, out } = await restage(['requests', 'list']);
    expect(exitCode).toBe(exitCodes.done);
    const [header, ...rows] = out.trim().split('\n');
    expect(header).toMatch(/^ID +TIME +PROCEDURE +STATUS +CODE +PARAMETER +JOB +DURATION$/);
    expect(rows.map((row) => row.split(/ {2,}/).slice(2, 6))).toEqual([
      ['uploads.create', '200', '–', '–'],
      ['generations.get', '404', 'JOB_NOT_FOUND', 'id'],
      ['generations.start', '400', 'MISSING_STYLE_INPUT', 'prompt'],
      ['uploads.create', '200', '–', '–'],
    ]);
  });

  test.each([
    [['--code', 'missing_style_input'], 1],
    [['--procedure', 'uploads.create'], 2],
    [['--status', '404'], 1],
    [['--limit', '3'], 3],
    [['--code', 'JOB_QUEUE_FAILED'], 0],
  ])('list %j --json prints the matching requests', async (words, length) => {
    const { out } = await restage(['requests', 'list', ...words, '--json']);
    expect(JSON.parse(out)).toHaveLength(length);
  });

  test('list without a match says so', async () => {
    const { out } = await restage(['requests', 'list', '--code', 'JOB_QUEUE_FAILED']);
    expect(out).toBe('No requests.\n');
  });

  test('show says what was wrong and, as errors does, what it means, how to fix it and where to read more', async () => {
    const { exitCode, out } = await restage(['requests', 'show', requestId]);
    expect(exitCode).toBe(exitCodes.done);
    const [fields = '', explanation] = out.split('\n\n');
    expect(fields).toMatch(new RegExp(`^request +${requestId}\n`));
    expect(fields).toMatch(/\nprocedure +generations\.start over tRPC\n/);
    expect(fields).toMatch(/\nparameter +prompt\nmessage +prompt or reference_image_uri must describe/);
    expect(fields).toMatch(new RegExp(`\nkey +${key.slice(0, 8)}`));
    expect(out).not.toContain(key);
    expect(explanation).toBe((await restage(['errors', 'MISSING_STYLE_INPUT'])).out);
    expect(explanation).toContain(`${services.url}/errors#MISSING_STYLE_INPUT`);
  });

  test('show with --json prints what the API answers', async () => {
    const { out } = await restage(['requests', 'show', requestId, '--json']);
    expect(JSON.parse(out)).toMatchObject({
      id: requestId,
      procedure: 'generations.start',
      transport: 'trpc',
      status: 400,
      code: 'MISSING_STYLE_INPUT',
      param: 'prompt',
      meaning: expect.stringContaining('`prompt`'),
      resolution: expect.stringContaining('Send a `prompt`'),
    });
  });

  test('show of a request that succeeded explains nothing', async () => {
    const [request] = JSON.parse((await restage(['requests', 'list', '--status', '200', '--json'])).out);
    const { out } = await restage(['requests', 'show', request.id]);
    expect(out).toMatch(/\n\nThe request succeeded\.\n$/);
  });

  test('show of an unknown request, and of another account’s, says where to find its id', async () => {
    const other = await services.account();
    for (const env of [{}, { RESTAGE_API_KEY: other.key }]) {
      const id = 'RESTAGE_API_KEY' in env ? requestId : 'req_1';
      const { exitCode, out, err } = await restage(['requests', 'show', id], { env });
      expect([exitCode, out]).toEqual([exitCodes.rejected, '']);
      expect(err).toContain('REQUEST_NOT_FOUND');
      expect(err).toContain('To list the requests: restage requests list');
    }
  });
});

describe('restage get --details and jobs', async () => {
  const { restage } = await openAccount();
  const words = [
    'run',
    photograph,
    '-p',
    'a beach at sunset',
    '--alpha-mode',
    'fill',
    '--max-resolution',
    '720',
  ];
  const startJob = async () => /swx_\w+/.exec((await restage([...words, '--timeout', '0'])).err)?.[0] ?? '';
  const completed = await startJob();
  // The one that is rendered first keeps this one in the queue.
  const cancelled = await startJob();
  await restage(['cancel', cancelled]);
  await restage(['get', completed, '--wait']);

  test('get --details shows prompt, size, cost, inputs and each change of state', async () => {
    const { exitCode, out } = await restage(['get', completed, '--details']);
    expect(exitCode).toBe(exitCodes.done);
    expect(out).toMatch(new RegExp(`^job +${completed}\nstatus +completed, 100 %\n`));
    expect(out).toMatch(
      /\nprompt +a beach at sunset\nsize +451×300, 1 frame, max_resolution 720\ncost +1 credit\n/,
    );
    expect(out).toMatch(/\nsource input +http\S+\/upload_\S+\n/);
    expect(out).toMatch(
      /\n\nTIME +STATUS +PROGRESS\n\S+Z +in_queue +0 %\n(\S+Z +processing +\d+ %\n)+\S+Z +completed +100 %\n$/,
    );
    expect((await restage(['get', completed])).out).not.toContain('a beach at sunset');
  });

  test('get --details with --json has the details in place of the job', async () => {
    const { out } = await restage(['get', completed, '--details', '--json']);
    expect(JSON.parse(out)).toMatchObject({
      job: { id: completed, prompt: 'a beach at sunset', cost: 1, inputs: { alpha: null } },
      files: {},
    });
  });

  test('get --details shows them after a wait and a saved file too', async () => {
    const out = join(await mkdtemp(join(tmpdir(), 'restage-cli-')), 'o.png');
    onTestFinished(() => rm(dirname(out), { recursive: true }));
    const ran = await restage(['get', completed, '--wait', '--details', '--out', out]);
    expect(ran.out).toContain('a beach at sunset');
    expect(ran.out).toMatch(/\nsaved render as \S+o\.png\n$/);
  });

  test('get --details of a job that was cancelled says that it was refunded', async () => {
    expect((await restage(['get', cancelled, '--details'])).out).toMatch(/\ncost +1 credit, refunded\n/);
  });

  test('get --details of no job exits with 3', async () => {
    expect(await restage(['get', 'swx_1', '--details'])).toMatchObject({
      exitCode: exitCodes.rejected,
      out: '',
    });
  });

  test.each([
    [['--status', 'completed'], () => [completed]],
    [['--status', 'cancelled', '--type', 'image'], () => [cancelled]],
    [['--type', 'video'], () => []],
    [['--created-after', '2020-01-01'], () => [cancelled, completed]],
    [['--created-before', '2020-01-01'], () => []],
    [['--all'], () => [cancelled, completed]],
    [['--limit', '1'], () => [cancelled]],
  ])('jobs %j lists the matching jobs', async (filter, getIds) => {
    const { out } = await restage(['jobs', ...filter, '--json']);
    expect(JSON.parse(out).map(({ id }: { id: string }) => id)).toEqual(getIds());
  });
});
