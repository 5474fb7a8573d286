import type { Program } from '@restage/cli-kit';
import { fail, isFailure } from '@restage/errors';
import { type Execute, toRecord } from '../command-line/report.ts';
import { id } from '../command-line/values.ts';
import { readSettings, type ServerSettings } from '../settings/settings.ts';
import { createConsoleLink } from '../startup/console-link.ts';

/** Adds `restage-server console-link`. */
export function addConsoleLink(program: Program, execute: Execute): void {
  program
    .command('console-link')
    .description('Print a link that signs in to the console, once and within 10 minutes')
    .argument('<account>', '', id('account'))
    .action((account) =>
      execute(async (ctx) => {
        const settings = readSettings(process.env);
        if (isFailure(settings)) return fail('INVALID_REQUEST', settings.message);
        const publicUrl = getPublicUrl(settings);
        if (publicUrl === undefined) {
          return fail(
            'INVALID_REQUEST',
            'With PORT=0 the server’s address is unknown. Set RESTAGE_PUBLIC_URL.',
          );
        }
        return toRecord(await createConsoleLink(ctx, publicUrl, account));
      }),
    );
}

/** The URL of a server with these settings; undefined if only the server knows its port. */
function getPublicUrl({ RESTAGE_PUBLIC_URL: publicUrl, HOST: host, PORT: port }: ServerSettings) {
  if (publicUrl !== undefined || port === 0) return publicUrl;
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
}
