import { procedures } from '@restage/contract';
import { defineTool, readsOnly } from './define-tool.ts';

const { description, input, output } = procedures['requests.list'];
const single = procedures['requests.get'];

/** The account's log of requests, or one request of it. */
export const requestsTool = defineTool({
  title: 'List or explain requests',
  description: `${description} With "id", the tool returns that request alone, with what its code means and how to fix it.`,
  annotations: readsOnly,
  input: input.field(
    'id',
    single.input.schema.shape.id.optional().describe('`req_…`: the request to explain, instead of a list'),
    'REQUEST_NOT_FOUND',
    'the id of a logged request of this account, req_…',
    { blankIsAbsent: true },
  ),
  results: [output, single.output],
  call: async ({ restage, signal }, { id, ...filters }) =>
    id === undefined
      ? restage.requests.list(filters, { signal }).page()
      : restage.requests.get(id, { signal }),
});
