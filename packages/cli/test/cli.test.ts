import { execFile } from 'node:child_process';
import { createReadStream } from 'node:fs';
import { copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { promisify, stripVTControlCharacters } from 'node:util';
import { createKey } from '@restage/core';
import { fixturePath } from '@restage/fixtures';
import { openTransports } from '@restage/testing/support';
import { afterAll, describe, expect, onTestFinished, test } from 'vitest';
import { runCli } from '../src/cli.ts';
import { exitCodes } from '../src/exit-codes.ts';
import { createRunner } from './support/run-restage.ts';

const services = await openTransports();
const { id: accountId, key } = await services.account();
const { key: testKey } = await createKey(services.ctx, accountId, { name: 'test', mode: 'test' });
const execute = promisify(execFile);
const directory = await mkdtemp(join(tmpdir(), 'restage-cli-'));
afterAll(() => rm(directory, { recursive: true }));
const photograph = fixturePath('cat.png');

const restage = createRunner({ RESTAGE_API_KEY: key, RESTAGE_BASE_URL: services.url });

describe('restage run', () => {
  test('run saves the render to --out, and shows a bar on a terminal', async () => {
    const out = join(directory, 'beach.png');
    const ran = await restage(
      [
        'run',
        photograph,
        '--prompt',
        'a beach at sunset',
        '--alpha-mode',
        'fill',
        '--seed',
        '7',
        '--out',
        out,
      ],
      { columns: 100 },
    );
    expect(ran).toMatchObject({ exitCode: exitCodes.done });
    expect(ran.out).toMatch(/^saved render as .*beach\.png\njob swx_\w+, seed 7\n$/);
    expect([...(await readFile(out)).subarray(1, 4)]).toEqual([...Buffer.from('PNG')]);
    const lines = stripVTControlCharacters(ran.err).split('\r');
    expect(lines).toContain('████████████████████████ uploading source 100 %');
    expect(lines.some((line) => /job swx_\w+ completed 100 %/.test(line))).toBe(true);
    expect(ran.err.endsWith('\r\x1b[K')).toBe(true);
  });

  test('run with --json prints the job and its files as JSON, and nothing else', async () => {
    const files = ['--out', 'render.png', '--out-source', 'source.png', '--out-alpha', 'alpha.png'].map(
      (word) => (word.endsWith('.png') ? join(directory, word) : word),
    );
    const ran = await restage([
      'run',
      photograph,
      '--prompt',
      'snow',
      '--max-resolution',
      '720',
      '--json',
      ...files,
    ]);
    expect(ran).toMatchObject({ exitCode: exitCodes.done, err: '' });
    const { job, files: saved } = JSON.parse(ran.out);
    expect(job).toMatchObject({ status: 'completed', generation_type: 'image', alpha_mode: 'auto' });
    expect(Object.keys(saved)).toEqual(['render', 'source', 'alpha']);
    for (const path of Object.values(saved))
      expect((await readFile(String(path))).length).toBeGreaterThan(100);
  });

  test('run without a terminal writes each step once, also when uploads alternate', async () => {
    const words = ['run', photograph, '--alpha', photograph, '--prompt', 'snow'];
    const { err } = await restage([...words, '--out', join(directory, 'turns.png')]);
    const lines = err.trim().split('\n');
    expect(lines.length).toBeGreaterThan(4);
    expect(new Set(lines).size).toBe(lines.length);
  });

  test('run without a scene says what is missing, how to resolve it, and where to read more', async () => {
    const ran = await restage(['run', photograph]);
    expect(ran).toMatchObject({ exitCode: exitCodes.rejected, out: '' });
    expect(ran.err).toContain('restage: prompt or reference_image_uri must describe the scene');
    expect(ran.err).toContain('Send a `prompt`, a `reference_image_uri`, or both.');
    expect(ran.err).toMatch(/MISSING_STYLE_INPUT, req_[\w-]+, http:.*\/errors#MISSING_STYLE_INPUT/);
  });

  test('run that times out says how to wait for the job again', async () => {
    const ran = await restage(['run', photograph, '--prompt', 'snow', '--timeout', '0']);
    expect(ran.exitCode).toBe(exitCodes.timedOut);
    const [, id] = /The job continues: restage get (swx_\w+) --wait/.exec(ran.err) ?? [];
    const out = join(directory, 'later.png');
    const got = await restage(['get', id ?? '', '--out', out]);
    expect(got).toMatchObject({ exitCode: exitCodes.done });
    expect(got.out).toContain(`saved render as ${out}`);
    expect((await readFile(out)).length).toBeGreaterThan(100);
  });

  test('run ends at once on Ctrl-C', async () => {
    const ran = await restage(['run', photograph, '--prompt', 'snow'], { signal: AbortSignal.abort() });
    expect(ran.exitCode).toBe(exitCodes.interrupted);
  });

  test('run leaves its job running on Ctrl-C, and says how to wait for it and how to cancel it', async () => {
    const interrupt = new AbortController();
    let err = '';
    const terminal = {
      env: { RESTAGE_API_KEY: testKey, RESTAGE_BASE_URL: services.url },
      stdin: Readable.from([]),
      out: () => undefined,
      err: (text: string) => {
        err += text;
        if (text.includes('in_queue') || text.includes('processing')) interrupt.abort();
      },
      columns: undefined,
      signal: interrupt.signal,
    };
    const words = ['run', photograph, '--prompt', 'snow', '--simulate', 'stall'];
    expect(await runCli(words, terminal)).toBe(exitCodes.interrupted);
    const [, id = ''] = /restage get (swx_\w+) --wait/.exec(err) ?? [];
    expect(err).toContain(`restage cancel ${id}`);
    const [job] = JSON.parse((await restage(['jobs', '--limit', '1', '--json'])).out);
    expect(job).toMatchObject({ id });
    expect(['in_queue', 'processing']).toContain(job.status);
    await restage(['cancel', id]);
  });
});

describe('an output that can’t be written is an error before the first request', () => {
  const nobody = { env: { RESTAGE_BASE_URL: 'http://127.0.0.1:1' } };
  const missing = join(directory, 'no-such-folder', 'o.png');
  const place = (name: string) => join(directory, name);
  const ask = ['run', photograph, '--prompt', 'snow'];

  test.each<[string, string[], string]>([
    [
      'in a folder that is not there',
      [...ask, '--out', missing],
      `--out ${missing} can't be written: there is no folder`,
    ],
    ['that is a folder', [...ask, '-o', directory], `--out ${directory} can't be written: it is a folder.`],
    ['below a file', [...ask, '-o', `${photograph}/o.png`], 'not a directory'],
    ['with too long a name', [...ask, '-o', place(`${'a'.repeat(300)}.png`)], 'name too long'],
    ['without a name', [...ask, '-o', ''], 'it has no name'],
    ['of the source', [...ask, '--out-source', missing], '--out-source'],
    ['of the matte', [...ask, '--out-alpha', missing], '--out-alpha'],
    ['of a job that is there', ['get', 'swx_1', '--out', missing], 'there is no folder'],
  ])('%s', async (_, words, said) => {
    const ran = await restage(words, nobody);
    expect(ran).toMatchObject({ exitCode: exitCodes.file, out: '' });
    expect(ran.err).toContain(said);
    const { err, exitCode } = await restage([...words, '--json'], nobody);
    expect([exitCode, JSON.parse(err).error.code]).toEqual([exitCodes.file, 'FILE_FAILED']);
  });

  test('existing files stay unchanged, and no files are created', async () => {
    const [kept, never] = [place('kept.png'), place('never.png')];
    await writeFile(kept, 'kept');
    await restage([...ask, '--out', kept, '--out-alpha', never], nobody);
    await restage(['get', 'swx_1', '--out', never], nobody);
    expect(await readFile(kept, 'utf8')).toBe('kept');
    await expect(readFile(never)).rejects.toThrow('ENOENT');
  });

  test('two outputs at one path are a usage error', async () => {
    const ran = await restage([...ask, '-o', place('one.png'), '--out-alpha', place('./one.png')], nobody);
    expect(ran).toMatchObject({ exitCode: exitCodes.usage });
    expect(ran.err).toContain('--out and --out-alpha are the same file');
  });
});

describe('an output with the extension of another format is an error before the first request', () => {
  const nobody = { env: { RESTAGE_BASE_URL: 'http://127.0.0.1:1' } };
  const video = fixturePath('bird.mp4');

  test.each<[string[], string]>([
    [
      ['run', photograph, '-p', 'snow', '-o', 'o.jpg'],
      "--out o.jpg can't be made: an output is a PNG or an MP4. Name it .png or .mp4.",
    ],
    [['run', photograph, '-p', 'snow', '-o', 'o.JPEG'], '--out o.JPEG'],
    [['run', photograph, '-p', 'snow', '-o', 'o.png', '--out-alpha', 'a.webp'], '--out-alpha a.webp'],
    [
      ['run', photograph, '-p', 'snow', '-o', 'o.mp4'],
      "--out o.mp4 can't be made: an output of an image is a PNG. Name it .png, or use --type video.",
    ],
    [['run', 'https://media.test/cat', '-p', 'snow', '-o', 'o.mp4'], 'or use --type video'],
    [['run', video, '-p', 'snow', '-o', 'o.mov'], '--out o.mov'],
    [
      ['run', video, '-p', 'snow', '-o', 'o.png'],
      "--out o.png can't be made: an output of a video is an MP4. Name it .mp4, or use --type image.",
    ],
    [['run', video, '-p', 'snow', '--type', 'video', '--out-source', 's.png'], '--out-source s.png'],
    [['get', 'swx_1', '-o', 'o.gif'], '--out o.gif'],
  ])('%j', async (words, said) => {
    const ran = await restage(words, nobody);
    expect(ran).toMatchObject({ exitCode: exitCodes.usage, out: '' });
    expect(ran.err).toContain(said);
  });

  test('the type of standard input is read first', async () => {
    const words = ['run', '-', '-p', 'snow', '-o', 'o.mp4'];
    const ran = await restage(words, { ...nobody, stdin: createReadStream(photograph) });
    expect(ran).toMatchObject({ exitCode: exitCodes.usage });
  });

  test('get uses the type of the job', async () => {
    const [job] = JSON.parse((await restage(['jobs', '--json'])).out);
    const ran = await restage(['get', job.id, '-o', join(directory, 'o.mp4')]);
    expect(ran).toMatchObject({ exitCode: exitCodes.usage });
    expect(ran.err).toContain('an output of an image is a PNG');
  });

  test('a name without an extension, and one in capitals, are accepted', async () => {
    for (const name of ['plain', 'LOUD.PNG']) {
      const ran = await restage([
        'run',
        photograph,
        '-p',
        'snow',
        '--alpha-mode',
        'fill',
        '-o',
        join(directory, name),
      ]);
      expect(ran).toMatchObject({ exitCode: exitCodes.done });
    }
  });
});

test('a file with a name that uploads can’t have is uploaded under another', async () => {
  const path = join(directory, '100%.png');
  await copyFile(photograph, path);
  const { out } = await restage(['upload', path]);
  expect(out).toMatch(/^beeble:\/\/uploads\/upload_\w+\/100-\.png\n$/);
  const ran = await restage(['run', path, '-p', 'snow', '-o', join(directory, 'all.png')]);
  expect(ran).toMatchObject({ exitCode: exitCodes.done });
});

describe('in a pipe', () => {
  test('run reads standard input, and writes the render and nothing else to standard output', async () => {
    const words = ['run', '-', '-p', 'snow', '--alpha-mode', 'fill', '-o', '-'];
    const ran = await restage(words, { stdin: createReadStream(photograph) });
    expect(ran.exitCode).toBe(exitCodes.done);
    expect(ran.out.slice(1, 4)).toBe('PNG');
    expect(ran.out.endsWith('IEND\xae\x42\x60\x82')).toBe(true);
    expect(ran.err).toMatch(/job swx_\w+, seed \d+\n$/);
  });

  test('upload reads standard input', async () => {
    const { out } = await restage(['upload', '-'], { stdin: createReadStream(photograph) });
    expect(out).toMatch(/^beeble:\S+footage\.png\n$/);
  });

  test.each([
    [['run', photograph, '--out', '-', '--json']],
    [['run', photograph, '--out', '-', '--out-alpha', '-']],
  ])('a second output for standard output is a usage error', async (words) => {
    const ran = await restage(words);
    expect(ran).toMatchObject({ exitCode: exitCodes.usage, out: '' });
    expect(ran.err).toContain('Standard output takes one');
  });

  test('a reader that closes the pipe early causes no error', async () => {
    const program = fileURLToPath(new URL('../src/main.ts', import.meta.url));
    const line = `'${process.execPath}' '${program}' errors | head -1; echo "$PIPESTATUS"`;
    const { stdout, stderr } = await execute('bash', ['-c', line]);
    expect(stdout).toMatch(/^400 .*\n0\n$/);
    expect(stderr).toBe('');
  });
});

test('global options may stand before the command', async () => {
  const { out } = await restage(['--json', 'jobs', '--limit', '1']);
  expect(JSON.parse(out)).toHaveLength(1);
});

describe('the other commands', () => {
  test('quote shows what a run would cost, and starts nothing', async () => {
    const before = (await restage(['jobs', '--json'])).out;
    const { out } = await restage(['quote', photograph, '--prompt', 'snow', '--max-resolution', '720']);
    expect(out).toMatch(/^cost {4}1 credits of \d+\nsource {2}image, 451×300, 1 frame\noutput {2}451×300\n$/);
    const json = await restage(['quote', photograph, '--prompt', 'snow', '--json']);
    expect(JSON.parse(json.out)).toMatchObject({ cost: 3, generation_type: 'image' });
    const tooExpensive = await restage(['quote', photograph, '--prompt', 'snow', '--max-cost', '2']);
    expect(tooExpensive).toMatchObject({ exitCode: exitCodes.unaffordable, out: '' });
    expect((await restage(['jobs', '--json'])).out.length).toBe(before.length);
  });

  test('watch shows a job to its end, a line a change; with --json a document a line', async () => {
    const ran = await restage([
      'run',
      photograph,
      '--prompt',
      'snow',
      '--alpha-mode',
      'fill',
      '--timeout',
      '0',
    ]);
    const id = /swx_\w+/.exec(ran.err)?.[0] ?? '';
    const { exitCode, out } = await restage(['watch', id]);
    expect(exitCode).toBe(exitCodes.done);
    expect(out).toMatch(/^(\d{4}-\S+Z {2}\w+ +\d+ %\n)*\d{4}-\S+Z {2}completed {3}100 %\n$/);
    const { out: json } = await restage(['watch', id, '--json']);
    expect(
      json
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line)),
    ).toMatchObject([{ id, status: 'completed' }]);
  });

  test('jobs lists what was run, as many as asked for', async () => {
    const { out } = await restage(['jobs', '--limit', '2']);
    expect(out).toMatch(/^ID +STATUS +PROGRESS +TYPE +CREATED\n(swx_\w+ .+\n){2}$/);
    const { out: json } = await restage(['jobs', '--limit', '2', '--json']);
    expect(JSON.parse(json)).toMatchObject([{ generation_type: 'image' }, { generation_type: 'image' }]);
  });

  test('get shows a job as it is now', async () => {
    const [job] = JSON.parse((await restage(['jobs', '--json'])).out);
    const { out } = await restage(['get', job.id]);
    expect(out).toContain(`job        ${job.id}\nstatus     completed, 100 %`);
  });

  test('upload prints the URI, and run takes it', async () => {
    const { out } = await restage(['upload', photograph]);
    expect(out).toMatch(/^beeble:\/\/uploads\/upload_\w+\/cat\.png\n$/);
    const ran = await restage(['run', out.trim(), '--prompt', 'rain', '--out', join(directory, 'rain.png')]);
    expect(ran.exitCode).toBe(exitCodes.done);
  });

  test('account shows limits, balance and usage', async () => {
    const { out } = await restage(['account']);
    expect(out).toContain('someone@example.com, prepaid');
    expect(JSON.parse((await restage(['account', '--json'])).out)).toMatchObject({
      info: { email: 'someone@example.com' },
      billing: { meters: [{}, {}, {}, {}] },
    });
  });

  test('cancel cancels a job, and watch and get of it exit with 8', async () => {
    const words = ['run', photograph, '--prompt', 'rain', '--timeout', '0'];
    // One that is rendered first keeps the other in the queue.
    await restage(words);
    const id = /swx_\w+/.exec((await restage(words)).err)?.[0] ?? '';
    const { exitCode, out } = await restage(['cancel', id]);
    expect(exitCode).toBe(exitCodes.done);
    expect(out).toMatch(new RegExp(`^job +${id}\nstatus +cancelled, 0 %`));
    expect((await restage(['watch', id])).exitCode).toBe(exitCodes.jobFailed);
    expect((await restage(['get', id, '--wait'])).exitCode).toBe(exitCodes.jobFailed);
  });
});

describe('exit codes', () => {
  test.each([
    ['no such job to watch', ['watch', 'swx_1'], exitCodes.rejected],
    ['no such job to cancel', ['cancel', 'swx_1'], exitCodes.rejected],
    ['no such job', ['get', 'swx_1'], exitCodes.rejected],
    ['a time that the server refuses', ['jobs', '--created-after', 'yesterday'], exitCodes.rejected],
    ['no such file', ['run', './no-such.png', '--prompt', 'snow'], exitCodes.file],
  ])('%s', async (_, words, exitCode) => {
    const ran = await restage(words);
    expect(ran).toMatchObject({ exitCode, out: '' });
    expect(ran.err).toMatch(/^restage: /);
    const json = await restage([...words, '--json']);
    expect(json).toMatchObject({ exitCode, out: '' });
    expect(JSON.parse(json.err).error.code).toMatch(/^[A-Z_]+$/);
  });

  test('an unknown path exits with 3, and the server says how to resolve it', async () => {
    const ran = await restage(['account', '--base-url', `${services.url}/elsewhere`]);
    expect(ran).toMatchObject({ exitCode: exitCodes.rejected, out: '' });
    expect(ran.err).toMatch(/Check the path\. .*\n {2}NOT_FOUND, req_/);
  });

  test('no key', async () => {
    expect(await restage(['account'], { env: { RESTAGE_API_KEY: '' } })).toMatchObject({
      exitCode: exitCodes.unauthorized,
    });
  });

  test('no credits', async () => {
    const poor = await services.account({ credits: 0 });
    const words = ['run', photograph, '--prompt', 'snow'];
    expect(await restage(words, { env: { RESTAGE_API_KEY: poor.key } })).toMatchObject({
      exitCode: exitCodes.unaffordable,
    });
  });

  test('a response with an unknown code exits with 7, and is printed without control characters', async () => {
    const server = createServer((_, response) =>
      response
        .writeHead(400, { 'content-type': 'application/json' })
        .end(JSON.stringify({ error: { code: 'NEW_CODE', message: 'red \x1b[31malert' } })),
    );
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => {
      server.close();
    });
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const ran = await restage(['account', '--base-url', url]);
    expect(ran.exitCode).toBe(exitCodes.unavailable);
    expect(ran.err).toContain('NEW_CODE');
    expect(ran.err).not.toContain('\x1b');
  });
});
