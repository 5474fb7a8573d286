import { choice, type Program } from '@restage/cli-kit';
import { addAccounts } from '../commands/accounts.ts';
import { addConsoleLink } from '../commands/console-link.ts';
import { addCredits } from '../commands/credits.ts';
import { addJobs } from '../commands/jobs.ts';
import { addKeys } from '../commands/keys.ts';
import { addModels } from '../commands/models.ts';
import { addReconcile } from '../commands/reconcile.ts';
import { addStorage } from '../commands/storage.ts';
import { addWebhooks } from '../commands/webhooks.ts';
import { type Role, roles } from '../roles.ts';
import type { Execute, ExecuteLocal } from './report.ts';

/** What the commands call once their arguments have been parsed. */
interface Actions {
  readonly serve: (role: Role) => void;
  readonly execute: Execute;
  readonly executeLocal: ExecuteLocal;
}

/** Adds every command, in the order of the help. */
export function addCommands(program: Program, { serve, execute, executeLocal }: Actions): void {
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
  addStorage(program, execute);
  addModels(program, executeLocal);
}
