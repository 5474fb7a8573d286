import { readFile } from 'node:fs/promises';
import { errorCodes } from '@restage/errors';
import { expect, test } from 'vitest';
import { formatted } from '../generate/formatted.ts';
import { renderWire } from '../generate/render-wire.ts';
import { clientCodes } from './errors/client-codes.ts';

test('the types are what the contract makes of them today', async () => {
  const written = await readFile(new URL('./wire.ts', import.meta.url), 'utf8');
  expect(written).toBe(formatted(renderWire()));
});

test('no code of the client is one of the server', () => {
  expect(errorCodes.filter((code) => Object.hasOwn(clientCodes, code))).toEqual([]);
});
