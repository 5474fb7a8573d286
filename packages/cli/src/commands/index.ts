import type { Program } from '@restage/cli-kit';
import type { Execute } from '../context.ts';
import { addAccount } from './account.ts';
import { addCancel } from './cancel.ts';
import { addErrors } from './errors.ts';
import { addUpload } from './files/upload.ts';
import { addGet } from './get.ts';
import { addJobs } from './jobs.ts';
import { addListen } from './listen.ts';
import { addQuote } from './quote.ts';
import { addRun } from './run.ts';
import { addWatch } from './watch.ts';

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
  addListen(program, execute);
  addErrors(program, execute);
}
