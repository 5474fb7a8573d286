import { cancelTool } from './cancel.ts';
import type { Tool } from './define-tool.ts';
import { errorsTool } from './errors.ts';
import { getTool } from './get.ts';
import { jobsTool } from './jobs.ts';
import { quoteTool } from './quote.ts';
import { requestsTool } from './requests.ts';
import { runTool } from './run.ts';

/** All tools, by name. */
export const tools: Readonly<Record<string, Tool>> = {
  run: runTool,
  quote: quoteTool,
  get: getTool,
  jobs: jobsTool,
  cancel: cancelTool,
  requests: requestsTool,
  errors: errorsTool,
};

/** Finds a tool by the name that a client sent. */
export function findTool(name: string): Tool | undefined {
  return Object.hasOwn(tools, name) ? tools[name] : undefined;
}
