import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { drawOrangeDisc, orangeNetwork } from '@restage/matting/testing';
import sharp from 'sharp';
import { expect, test } from 'vitest';
import {
  getJob,
  type Program,
  runServer,
  startJob,
  usePrograms,
  waitUntilServing,
} from './support/programs.ts';

const folder = usePrograms();

/** A network for which everything is the subject. */
const network = orangeNetwork({ input: [1, 3, 32, 32], output: [1, 1, 32, 32], bias: 100 });

/** Restages an orange disc with alpha mode auto. @returns the mean of its matte, 0…255 */
async function computeMeanMatte({ url, key }: { url: string; key: string }): Promise<number> {
  const { data, width, height } = drawOrangeDisc(320, 180);
  const picture = await sharp(data, { raw: { width, height, channels: 3 } })
    .png()
    .toBuffer();
  const id = await startJob(url, key, picture);
  const job = await getJob(url, key, id, 60);
  expect(job.status).toBe('completed');
  const alpha = await (await fetch(job.output?.alpha ?? '')).arrayBuffer();
  const { channels } = await sharp(alpha).stats();
  return channels[0]?.mean ?? 0;
}

async function runModels(...args: string[]): Promise<void> {
  expect(await runServer(['models', ...args]).exit).toBe(0);
}

const countHints = (server: Program) => server.log().split('auto_without_network').length - 1;

test('a server uses the network that models use chooses from the next job on, and hints at networks once', async () => {
  const server = runServer(['serve'], { LOG_LEVEL: 'info' });
  const access = await waitUntilServing(server);
  expect(await computeMeanMatte(access)).toBeLessThan(150);
  expect(await computeMeanMatte(access)).toBeLessThan(150);
  expect(countHints(server)).toBe(1);
  const file = join(folder(), 'matte.onnx');
  await writeFile(file, network);
  const sha256 = createHash('sha256').update(network).digest('hex');
  await runModels('pull', 'u2netp', '--from', file, '--sha256', sha256);
  await runModels('use', 'u2netp');
  expect(await computeMeanMatte(access)).toBeGreaterThan(250);
  await runModels('use', 'none');
  expect(await computeMeanMatte(access)).toBeLessThan(150);
});

test('a server with a chosen network that can’t be used doesn’t start, and says how to choose none', async () => {
  const models = join(folder(), 'data', 'models');
  await mkdir(models, { recursive: true });
  await writeFile(join(models, 'used'), 'u2netp\n');
  await writeFile(join(models, 'u2netp.0123456789ab.onnx'), 'damaged');
  const server = runServer(['serve']);
  expect(await server.exit).toBe(1);
  expect(server.log()).toMatch(/can't be used: .*restage-server models use none/);
});
