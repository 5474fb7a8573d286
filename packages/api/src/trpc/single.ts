import { type Procedure, type ProcedureName, procedures } from '@restage/contract';
import { isFailure } from '@restage/errors';
import { TRPCError } from '@trpc/server';
import type { Context } from 'hono';
import type { RequestContext } from '../context.ts';
import { answerJson } from '../http/headers.ts';
import type { Edge } from '../http/request.ts';
import { perform } from '../perform.ts';
import { FailureError } from './failure-error.ts';
import { transformer } from './transformer.ts';

/**
 * Answers a plain GET of a single query as tRPC's HTTP protocol has it. tRPC's own handler, made for batches and
 * streams, costs more than such a query does.
 * @returns the answer; what the query threw, for tRPC's handler to put into words; undefined, if this is another call
 */
export async function answerQuery(
  c: Context<Edge>,
  ctx: RequestContext,
): Promise<Response | { readonly thrown: unknown } | undefined> {
  const name = c.req.path.slice('/trpc/'.length);
  if (c.req.method !== 'GET' || !isQuery(name) || c.req.header('trpc-accept') !== undefined) return undefined;
  const { input, ...others } = c.req.query();
  if (Object.keys(others).length > 0) return undefined;
  try {
    const call = { read: () => readInput(input), signal: () => c.req.raw.signal };
    const output = await perform(name, ctx, call);
    if (isFailure(output)) return { thrown: new FailureError(output) };
    const result = { data: transformer.output.serialize(output) };
    return answerJson(c, { vary: 'trpc-accept, accept' }, JSON.stringify({ result }));
  } catch (thrown) {
    return { thrown };
  }
}

function isQuery(name: string): name is ProcedureName {
  if (!Object.hasOwn(procedures, name)) return false;
  const { kind }: Procedure = procedures[name as ProcedureName];
  return kind === 'query';
}

function readInput(input: string | undefined): unknown {
  if (!input) return undefined;
  try {
    return transformer.input.deserialize(JSON.parse(input));
  } catch (cause) {
    throw new TRPCError({ code: 'PARSE_ERROR', cause });
  }
}
