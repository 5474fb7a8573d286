import { choice, type Program, parseExpiry, toSingleLine, UsageError } from '@restage/cli-kit';
import type { ApiKey } from '@restage/sdk';
import type { Execute } from '../../context.ts';
import { type Columns, formatColumns, formatFields } from '../list.ts';

/** `restage keys …`: the account's API keys. */
export function addKeys(program: Program, execute: Execute): void {
  const keys = program.command('keys').description('Manage API keys');
  keys
    .command('list')
    .description('List the API keys, newest first, revoked and expired ones included')
    .action(() =>
      execute(async ({ restage, terminal: { signal } }) => {
        const list = await restage.keys.list({ signal });
        return { data: list.keys, text: formatColumns(list.keys, columns) };
      }),
    );
  keys
    .command('create')
    .description('Create an API key and print it, once; needs a live key')
    .argument('<name>', 'what the key is for')
    .option('--mode <mode>', 'live or test; test is free and watermarked', choice(['live', 'test']), 'live')
    .option('--expires <when>', '12h, 30d or 2027-01-31 (default: never)', parseExpiry)
    .action((name, { mode, expires }) =>
      execute(async ({ restage, terminal: { signal } }) => {
        const expires_at = expires?.(Date.now()).toISOString();
        // A retry could leave behind a key that nobody has seen.
        const created = await restage.keys.create({ name, mode, expires_at }, { signal, maxRetries: 0 });
        const validity = created.expires_at === null ? 'It does not expire' : `Expires ${created.expires_at}`;
        return {
          data: created,
          text: toSingleLine(created.key),
          note: toSingleLine(
            `Created ${created.id} (${created.mode}, "${created.name}"). ${validity}. The key is shown only this once.`,
          ),
        };
      }),
    );
  keys
    .command('revoke')
    .description('Revoke an API key for good, within 5 seconds; needs a live key')
    .argument('<key-id>')
    .action((id) =>
      execute(async ({ restage, terminal: { signal } }) => {
        // It must not get into the server's log of requests, nor is it repeated here.
        if (id.trim().startsWith('rsk_')) {
          throw new UsageError(
            '<key-id> must be the id of a key, key_…; received a key. "restage keys list" shows the ids.',
          );
        }
        const key = await restage.keys.revoke(id, { signal });
        return { data: key, text: formatKey(key) };
      }),
    );
}

const columns: Columns<ApiKey> = {
  ID: ({ id }) => id,
  NAME: ({ name }) => name,
  MODE: ({ mode }) => mode,
  PREFIX: ({ prefix }) => prefix,
  CREATED: ({ created_at }) => created_at,
  'LAST USED': ({ last_used_at }) => last_used_at,
  EXPIRES: ({ expires_at }) => expires_at,
  REVOKED: ({ revoked_at }) => revoked_at,
};

function formatKey({ id, name, mode, prefix, created_at, expires_at, revoked_at }: ApiKey): string {
  return formatFields({
    key: id,
    name,
    mode,
    prefix,
    created: created_at,
    expires: expires_at,
    revoked: revoked_at,
  });
}
