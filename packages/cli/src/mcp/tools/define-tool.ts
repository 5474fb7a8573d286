import type { ToolAnnotations } from '@modelcontextprotocol/sdk/types.js';
import type { Failure } from '@restage/errors';
import type { Restage } from '@restage/sdk';
import type * as z from 'zod';
import type { ReportProgress } from '../progress.ts';

/** What a call of a tool gets. */
interface ToolContext {
  readonly restage: Restage;
  /** Aborts when the client cancels the call, or closes the connection. */
  readonly signal: AbortSignal;
  readonly onProgress: ReportProgress;
}

/** The arguments of a tool. The inputs of the contract's procedures are such. */
export interface ToolInput<Arguments> {
  readonly schema: z.ZodObject;
  /** Checks arguments of any type. */
  parse(received: unknown): Arguments | Failure;
}

/** A tool: everything that its listing and its calls derive from. */
export interface Tool<Arguments = unknown> {
  readonly title: string;
  readonly description: string;
  readonly annotations: Required<Omit<ToolAnnotations, 'title'>>;
  readonly input: ToolInput<Arguments>;
  /** The schemas of its results. */
  readonly results: readonly [z.ZodType, ...z.ZodType[]];
  /** @throws RestageError */
  call(context: ToolContext, input: Arguments): Promise<object>;
}

/** Defines a tool. Its call gets what its input has parsed. */
export function defineTool<Arguments>(tool: Tool<Arguments>): Tool {
  return tool as Tool;
}

/** Annotations of a tool that changes nothing. */
export const readsOnly = {
  readOnlyHint: true,
  destructiveHint: false,
  idempotentHint: true,
  openWorldHint: false,
} as const;
