import { Input, procedures } from '@restage/contract';
import { catalog, errorCodes } from '@restage/errors';
import * as z from 'zod';
import { getDocUrl } from '../refusal.ts';
import { defineTool, readsOnly } from './define-tool.ts';

const { code } = procedures['requests.list'].input.schema.shape;

const explanation = z.object({
  code: z.enum(errorCodes),
  status: z.int().describe('The HTTP status'),
  retryable: z.boolean().describe('Whether the same request may succeed later'),
  meaning: z.string(),
  resolution: z.string(),
  docUrl: z.string(),
});

/** What error codes mean. Needs no server. */
export const errorsTool = defineTool({
  title: 'Explain error codes',
  description: 'Explains an error code and how to resolve it; without a code, all of them.',
  annotations: readsOnly,
  input: Input.object().field(
    'code',
    code.describe('Default: all codes'),
    'INVALID_REQUEST',
    'a code of the catalog',
    {
      blankIsAbsent: true,
    },
  ),
  results: [z.object({ errors: z.array(explanation) })],
  async call({ restage }, input) {
    const codes = input.code === undefined ? errorCodes : [input.code];
    const errors = codes.map((each): z.infer<typeof explanation> => {
      const { status, retryable, meaning, resolution } = catalog[each];
      return { code: each, status, retryable, meaning, resolution, docUrl: getDocUrl(each, restage.baseUrl) };
    });
    return { errors };
  },
});
