import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { settingsSchema } from '../apps/server/src/settings/settings.ts';

const folder = join(import.meta.dirname, '../deploy');
const known = new Set(Object.keys(settingsSchema.shape));

/** The settings that a text names. */
function findSettings(text: string): string[] {
  return text.match(/\b(?:RESTAGE_\w+|DATABASE_\w+|LOG_LEVEL)\b/g) ?? [];
}

test('the server has every setting that the files in deploy/ name', () => {
  const files = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isFile());
  const named = files.flatMap(({ name }) =>
    findSettings(readFileSync(join(folder, name), 'utf8')).map((setting) => ({ name, setting })),
  );
  expect(new Set(named.map(({ setting }) => setting)).size).toBeGreaterThan(8);
  expect(named.filter(({ setting }) => !known.has(setting))).toEqual([]);
});
