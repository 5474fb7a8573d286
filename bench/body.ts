/**
 * The memory that a POST with a 50 MB data: URI takes: the peak resident set of a server that answers one, beside
 * that of the same server which answered none. Run: node bench/body.ts
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { crc32, deflateSync } from 'node:zlib';
import { bundle } from '../scripts/bundle.ts';

const megabyte = 1024 * 1024;
const decodedBytes = 50 * megabyte;

const server = await bundle();
const directory = mkdtempSync(join(tmpdir(), 'restage-bench-'));
const child = spawn(process.execPath, [server, 'serve'], {
  env: { PATH: process.env.PATH ?? '', PORT: '0', RESTAGE_DATA_DIR: directory, LOG_LEVEL: 'error' },
  stdio: ['ignore', 'pipe', 'inherit'],
});
let out = '';
child.stdout.on('data', (chunk) => {
  out += chunk;
});
try {
  while (!out.includes('Ctrl-C')) await sleep(50);
  const url = /serves on (\S+)/.exec(out)?.[1] ?? '';
  const headers = { 'x-api-key': /^rsk_\S+$/m.exec(out)?.[0] ?? '' };
  const idle = peak();
  const body = Buffer.concat([
    Buffer.from(
      '{"generation_type":"image","alpha_mode":"fill","prompt":"noon","source_uri":"data:image/png;base64,',
    ),
    Buffer.from(paddedPng().toString('base64')),
    Buffer.from('"}'),
  ]);
  const answer = await fetch(`${url}/v1/switchx/generations`, { method: 'POST', headers, body });
  const after = peak();
  console.log(`answer                   ${answer.status} ${(await answer.text()).slice(0, 60)}`);
  console.log(`peak before              ${(idle / megabyte).toFixed(0)} MB`);
  console.log(`peak with 50 MB data:    ${(after / megabyte).toFixed(0)} MB (≤ 200)`);
  console.log(`added, of the body       ${((after - idle) / body.length).toFixed(2)}`);
} finally {
  child.kill('SIGTERM');
  await new Promise((resolve) => child.on('exit', resolve));
  rmSync(directory, { recursive: true, force: true });
}

/** The server's peak resident set so far, in bytes (Linux). */
function peak(): number {
  const status = readFileSync(`/proc/${child.pid}/status`, 'utf8');
  return Number(/VmHWM:\s+(\d+)/.exec(status)?.[1]) * 1024;
}

/** A small PNG, made 50 MB by a chunk that readers skip. */
function paddedPng(): Buffer {
  const header = Buffer.from([0, 0, 0, 64, 0, 0, 0, 48, 8, 0, 0, 0, 0]);
  const parts = [
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(Buffer.alloc(65 * 48))),
    chunk('zzZz', Buffer.alloc(decodedBytes - 4096)),
    chunk('IEND', Buffer.alloc(0)),
  ];
  return Buffer.concat([Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]), ...parts]);
}

function chunk(type: string, data: Buffer): Buffer {
  const typed = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const frame = Buffer.alloc(8);
  frame.writeUInt32BE(data.length, 0);
  frame.writeUInt32BE(crc32(typed), 4);
  return Buffer.concat([frame.subarray(0, 4), typed, frame.subarray(4)]);
}
