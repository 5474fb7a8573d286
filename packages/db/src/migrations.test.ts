import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const folder = fileURLToPath(new URL('../migrations/', import.meta.url));

/** What the version before a migration, which still runs beside the new one, can't do without or can't write. */
const contractions = [
  /\bdrop (?:table|column|schema|type|view)\b/i,
  /\brename (?:to|column|constraint)\b/i,
  /\balter column\s+\S+\s+(?:set data )?type\b/i,
  /\balter column\s+\S+\s+(?:set not null|drop default)\b/i,
  /\badd column\b(?=[^;]*\bnot null\b)(?![^;]*\b(?:default|generated)\b)/i,
];

/** The statements of a migration that contract the schema, without those that a line `-- contract: why` stands above. */
function findContractions(migration: string): string[] {
  return migration
    .split('--> statement-breakpoint')
    .map((statement) => statement.trim())
    .filter((statement) => !/^-- contract: \S/m.test(statement))
    .map((statement) => statement.replace(/--.*$/gm, '').trim())
    .filter((statement) => contractions.some((pattern) => pattern.test(statement)));
}

test.each(readdirSync(folder).filter((name) => name.endsWith('.sql')))(
  'migration %s takes nothing from the version before it',
  (name) => expect(findContractions(readFileSync(`${folder}${name}`, 'utf8'))).toEqual([]),
);

test.each([
  'DROP TABLE "rate_windows";',
  'ALTER TABLE "generations" DROP COLUMN "understood";',
  'ALTER TABLE "generations" RENAME COLUMN "seed" TO "number";',
  'ALTER TABLE "generations" ALTER COLUMN "seed" SET DATA TYPE text;',
  'ALTER TABLE "generations" ALTER COLUMN "prompt" SET NOT NULL;',
  'ALTER TABLE "generations" ADD COLUMN "subject_scale" real NOT NULL;',
])('%s is a contraction, unless it says which version stopped using it', (statement) => {
  expect(findContractions(`SELECT 1;--> statement-breakpoint\n${statement}`)).toEqual([statement]);
  expect(findContractions(`-- contract: unused since 0.3\n${statement}`)).toEqual([]);
});

test.each([
  'ALTER TABLE "generations" ADD COLUMN "subject_scale" real;',
  'ALTER TABLE "generations" ADD COLUMN "subject_scale" real DEFAULT 1 NOT NULL;',
  'CREATE TABLE "notes" ("text" text NOT NULL);',
  'DROP INDEX "generations_usage";',
])('%s is none', (statement) => expect(findContractions(statement)).toEqual([]));
