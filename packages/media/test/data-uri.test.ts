import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { limits } from '@restage/contract';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type DataMedia, parseMediaUri } from '../src/inputs/uri.ts';
import { makePng } from './support/images.ts';
import { openTestMedia, type TestMedia } from './support/media.ts';

const chunk = 4 * 65_536;
let testMedia: TestMedia;
beforeAll(async () => {
  testMedia = await openTestMedia();
});
afterAll(() => testMedia.close());

function dataUri(base64: string): DataMedia {
  const media = parseMediaUri(`data:image/png;base64,${base64}`, 'source_uri', {
    allowPrivateNetwork: false,
  });
  if (!('kind' in media) || media.kind !== 'data') throw new Error('not a data URI');
  return media;
}

describe('decoding', () => {
  test.each([1, 2, 3, 196_605, 196_606, 196_607, 196_608, 196_609, 1_000_000])(
    'decodes %i bytes unchanged',
    async (size) => {
      const bytes = randomBytes(size);
      const path = join(testMedia.directory, 'decoded');
      expect(await testMedia.media.download(dataUri(bytes.toString('base64')), 'source', path)).toEqual({
        bytes: size,
      });
      expect((await readFile(path)).equals(bytes)).toBe(true);
    },
  );

  const sent = randomBytes(100_000);
  const base64 = sent.toString('base64');
  const escaped = [...base64].map((each) => `%${Buffer.from(each).toString('hex')}`).join('');
  test.each([
    ['line breaks, as in PEM', base64.replaceAll(/.{64}/g, '$&\n')],
    ['line breaks, as in MIME', base64.replaceAll(/.{76}/g, '$&\r\n')],
    ['a line break at the end', `${base64}\n`],
    ['white space anywhere', ` ${base64.replaceAll(/.{5}/g, '$& \t\f')} `],
    ['white space within the padding', base64.replace(/=+$/, (padding) => [...padding, ''].join('\n'))],
    ['much white space', `${base64.slice(0, 10)}${' '.repeat(70_000)}${base64.slice(10)}`],
    ['percent-encoding, as of encodeURIComponent', encodeURIComponent(base64)],
    ['percent-encoding of every character', escaped],
    ['percent-encoding in upper case', escaped.toUpperCase()],
    ['percent-encoded line breaks', base64.replaceAll(/.{76}/g, '$&%0D%0A')],
  ])('decodes %s', async (name, text) => {
    const path = join(testMedia.directory, `decoded ${name}`);
    expect(await testMedia.media.download(dataUri(text), 'source', path)).toEqual({ bytes: sent.length });
    expect((await readFile(path)).equals(sent)).toBe(true);
    const asBytes = { ...dataUri(text), uri: Buffer.from(dataUri(text).uri) };
    expect(await testMedia.media.download(asBytes, 'source', `${path}, bytes`)).toEqual({
      bytes: sent.length,
    });
  });

  test('decodes text whose chunks end anywhere, within a group or an escape', async () => {
    const text = Buffer.from('any bytes').toString('base64').replaceAll(/.{3}/g, '$&%0a');
    for (let space = 0; space < 16; space += 1) {
      const path = join(testMedia.directory, `cut ${space}`);
      const padded = `${' '.repeat(32_760 - 'data:image/png;base64,'.length + space)}${text}`;
      expect(await testMedia.media.download(dataUri(padded), 'source', path)).toEqual({ bytes: 9 });
      expect(await readFile(path, 'utf8')).toBe('any bytes');
    }
  });

  const long = 'A'.repeat(chunk);
  test.each([
    ['a character outside the alphabet', 'AA!A'],
    ['such a character in a later chunk', `${long}AA!A`],
    ['white space that is no ASCII', 'AAAA\u00a0AAAA'],
    ['a vertical tab', 'AAAA\vAAAA'],
    ['the alphabet of URLs', 'AA-_'],
    ['percent-encoding twice', 'QQ%253D%253D'],
    ['percent-encoding twice, at the cut of a chunk', `${long.slice(0, -1)}QQ%253D%253D`],
    ['an escape that is cut off', 'AAAA%4'],
    ['a percent sign alone', 'AAAA%'],
    ['an escape of what is no character of base64', 'AA%21A'],
    ['an escape that is none', 'AA%4gA'],
    ['padding in the middle', 'QQ==QQ=='],
    ['padding before more, after a line break', 'QQ==\nQQ=='],
    ['padding at the end of a chunk that is not the last', `${long.slice(0, -2)}==AAAA`],
    ['no padding where it is needed', 'QQ'],
    ['a single left-over character', 'AAAAA'],
    ['bits that are lost', 'QR=='],
    ['padding alone', '===='],
    ['a character that is none', 'AAA\u{1f600}'],
  ])('refuses %s', async (_, base64) => {
    const failure = await testMedia.media.inspect(dataUri(base64), 'alpha');
    expect(failure).toMatchObject({ code: 'INVALID_URI', param: 'alpha_uri' });
    expect(failure).toHaveProperty('message', expect.stringContaining('base64'));
  });
});

test('probes a data URI by its bytes, not by its media type', async () => {
  const bytes = makePng(31, 17);
  const media = { ...dataUri(bytes.toString('base64')), type: 'video/mp4' };
  expect(await testMedia.media.inspect(media, 'source')).toMatchObject({
    format: 'png',
    width: 31,
    bytes: bytes.length,
  });
});

test('accepts 50 MB, and refuses one byte more, without holding them twice in memory', async () => {
  const fits = dataUri(Buffer.alloc(limits.dataUriBytes).toString('base64'));
  const before = process.memoryUsage().rss;
  expect(await testMedia.media.inspect(fits, 'source')).toMatchObject({ code: 'INVALID_URI' });
  expect(process.memoryUsage().rss - before).toBeLessThan(48 * 1024 * 1024);
  const larger = dataUri(Buffer.alloc(limits.dataUriBytes + 1).toString('base64'));
  expect(await testMedia.media.inspect(larger, 'source')).toMatchObject({
    code: 'SOURCE_TOO_LARGE',
    param: 'source_uri',
  });
});

test('leaves no file behind, also after a failure', async () => {
  await testMedia.media.inspect(dataUri(makePng(3, 3).toString('base64')), 'source');
  await testMedia.media.inspect(dataUri(`${'A'.repeat(chunk)}!`), 'source');
  expect(await testMedia.leftBehind()).toEqual([]);
});
