import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { isFilename } from '@restage/contract';
import { describe, expect, onTestFinished, test } from 'vitest';
import { prepareUpload, type Uploadable } from './prepare.ts';

const png = new Uint8Array([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 0]);
const toBytes = (text: string) => Uint8Array.from(text, (character) => character.charCodeAt(0));

/** Prepares an uploadable that is expected to be valid. */
async function prepare(uploadable: Uploadable) {
  const outcome = await prepareUpload(uploadable);
  if (!outcome.ok) throw outcome.error;
  return outcome.value;
}

describe('prepareUpload', () => {
  test.each([
    ['beeble://uploads/upload_1/cat.png', 'image'],
    ['https://a.test/clip.MP4?size=2', 'video'],
    ['http://127.0.0.1/cat', undefined],
    ['data:video/mp4;base64,AAAA', 'video'],
    ['data:image/png;base64,AAAA', 'image'],
  ])('passes on the URI %s', async (uri, type) => {
    expect(await prepare(uri)).toEqual({ uri, type });
    if (uri.startsWith('http')) expect(await prepare(new URL(uri))).toEqual({ uri, type });
  });

  test.each([
    [png, 'footage.png', 'image'],
    [toBytes('\xff\xd8\xff\xe0'), 'footage.jpg', 'image'],
    [toBytes('RIFF\0\0\0\0WEBPVP8 '), 'footage.webp', 'image'],
    [toBytes('\0\0\0\x18ftypisom'), 'footage.mp4', 'video'],
    [toBytes('\0\0\0\x14ftypqt  '), 'footage.mov', 'video'],
    [toBytes('\0\0\0\x08wide\0\0'), 'footage.mov', 'video'],
    [toBytes('hello'), 'footage', undefined],
    [new Uint8Array(), 'footage', undefined],
  ])('names bytes after their format, detected from the content (%#)', async (bytes, filename, type) => {
    expect(await prepare(bytes)).toMatchObject({ filename, type });
    expect(await prepare(bytes.buffer)).toMatchObject({ filename, type });
    expect(await prepare(new Blob([bytes]))).toMatchObject({ filename, type });
    const stream = new Blob([bytes]).stream();
    expect(await prepare(stream)).toMatchObject({ filename, type });
  });

  test('keeps the name of a file, and prefers the type of its content to that of its name', async () => {
    expect(await prepare(new File([png], 'cat.mp4'))).toMatchObject({
      filename: 'cat.mp4',
      type: 'image',
    });
    expect(await prepare(new File([png], 'cat.backup'))).toMatchObject({ filename: 'cat.png' });
    expect(await prepare(new File(['?'], 'cat.webp'))).toMatchObject({ type: 'image' });
  });

  test.each([
    ['100%.png', '100-.png'],
    ['what? "this": <that>|*.png', 'what- -this- -that-.png'],
    ['…and then.webp', '-and then.webp'],
    ['a..b...PNG', 'a.b.PNG'],
    ['.png', 'footage.png'],
    [' .hidden .png', 'hidden.png'],
    ['a\u200bb\u0000.jpeg', 'a-b-.jpeg'],
    ['写真 1 (final) – été 🌅.mp4', '写真 1 (final) – été 🌅.mp4'],
    [`${'🌅'.repeat(300)}.mp4`, `${'🌅'.repeat(251)}.mp4`],
  ])('names a file called %j %j', async (name, filename) => {
    expect(await prepareUpload(new File(['?'], name))).toMatchObject({ ok: true, value: { filename } });
    expect(isFilename(filename)).toBe(true);
  });

  test('reads a path and a file URL, and fails with FILE_FAILED for a directory', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'restage-sdk-'));
    onTestFinished(() => rm(directory, { recursive: true }));
    const path = join(directory, 'a cat.png');
    await writeFile(path, png);
    for (const uploadable of [path, pathToFileURL(path), pathToFileURL(path).href]) {
      const prepared = await prepare(uploadable);
      if (!('blob' in prepared)) throw new Error('it was passed on as a URI');
      expect(prepared).toMatchObject({ filename: 'a cat.png', type: 'image' });
      expect(new Uint8Array(await prepared.blob.arrayBuffer())).toEqual(png);
    }
    expect((await prepareUpload(directory)).error?.code).toBe('FILE_FAILED');
  });
});
