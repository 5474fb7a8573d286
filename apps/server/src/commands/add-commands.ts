import { choice, type Program } from '@restage/cli-kit';
import { type Role, roles } from '../roles.ts';
import { addAccounts } from './accounts.ts';
import { addConsoleLink } from './console-link.ts';
import { addCredits } from './credits.ts';
import { addJobs } from './jobs.ts';
import { addKeys } from './keys.ts';
import { addReconcile } from './reconcile.ts';
import type { Execute } from './report.ts';
import { addWebhooks } from './webhooks.ts';

/** What the commands call once their arguments have been parsed. */
interface Actions {
  readonly serve: (role: Role) => void;
  readonly execute: Execute;
}

/** Adds every command, in the order of the help. */
export function addCommands(program: Program, { serve, execute }: Actions): void {
  program
    .command('serve')
    .description('Start a server; several with different roles can share one DATABASE_URL')
    .option('--role <role>', 'all, api (answers requests) or worker (renders)', choice(roles), 'all')
    .action(({ role }) => serve(role));
  addAccounts(program, execute);
  addKeys(program, execute);
  addConsoleLink(program, execute);
  addCredits(program, execute);
  addJobs(program, execute);
  addWebhooks(program, execute);
  addReconcile(program, execute);
}
