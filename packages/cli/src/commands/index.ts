import type { Command } from '../command.ts';
import { account } from './account.ts';
import { errors } from './errors.ts';
import { get } from './get.ts';
import { jobs } from './jobs.ts';
import { run } from './run.ts';
import { upload } from './upload.ts';

/** The commands, by name. */
export const commands: Readonly<Record<string, Command>> = { run, get, jobs, upload, account, errors };
