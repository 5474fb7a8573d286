import { readFile } from 'node:fs/promises';
import { errorCodes } from '@restage/errors';
import { expect, test } from 'vitest';
import { generatedFiles } from '../../generate/generated-files.ts';
import { clientCodes } from '../errors/client-codes.ts';

test.each(generatedFiles.map((file) => [file.url.pathname.split('/packages/').at(-1), file] as const))(
  '%s is up to date with the contract',
  async (_, { url, render }) => {
    expect(await readFile(url, 'utf8')).toBe(render());
  },
);

test('no client code is also a server code', () => {
  expect(errorCodes.filter((code) => Object.hasOwn(clientCodes, code))).toEqual([]);
});
