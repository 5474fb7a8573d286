import type { Program } from '@restage/cli-kit';
import type { Execute } from '../context.ts';
import { addAccount } from './account/account.ts';
import { addCredits } from './account/credits.ts';
import { addKeys } from './account/keys.ts';
import { addUsage } from './account/usage.ts';
import { addUpload } from './files/upload.ts';
import { addCancel } from './jobs/cancel.ts';
import { addGet } from './jobs/get.ts';
import { addJobs } from './jobs/jobs.ts';
import { addQuote } from './jobs/quote.ts';
import { addRun } from './jobs/run.ts';
import { addWatch } from './jobs/watch.ts';
import { addMcp } from './mcp.ts';
import { addErrors } from './requests/errors.ts';
import { addRequests } from './requests/requests.ts';
import { addListen } from './webhooks/listen.ts';
import { addWebhooks } from './webhooks/webhooks.ts';

/** Adds every command, in the order of the help. */
export function addCommands(program: Program, execute: Execute): void {
  addRun(program, execute);
  addQuote(program, execute);
  addGet(program, execute);
  addWatch(program, execute);
  addCancel(program, execute);
  addJobs(program, execute);
  addUpload(program, execute);
  addAccount(program, execute);
  addUsage(program, execute);
  addCredits(program, execute);
  addKeys(program, execute);
  addListen(program, execute);
  addWebhooks(program, execute);
  addRequests(program, execute);
  addMcp(program, execute);
  addErrors(program, execute);
}
