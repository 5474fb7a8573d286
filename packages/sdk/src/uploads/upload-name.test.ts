import { isFilename } from '@restage/contract';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { toUploadName } from './upload-name.ts';

test('toUploadName returns a name that the server accepts, and keeps a valid one', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (stem) => {
      const name = toUploadName(stem, '.jpeg');
      expect(isFilename(name)).toBe(true);
      if (isFilename(`${stem}.jpeg`)) expect(name).toBe(`${stem}.jpeg`);
    }),
  );
});
