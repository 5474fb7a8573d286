import { procedures } from '@restage/contract';
import { defineTool, readsOnly } from './define-tool.ts';

const { description, input, output } = procedures['generations.list'];

/** A page of the account's jobs. */
export const jobsTool = defineTool({
  title: 'List jobs',
  description: `${description} Filters by status, type and time of creation.`,
  annotations: readsOnly,
  input,
  results: [output],
  call: async ({ restage, signal }, filters) => restage.generations.list(filters, { signal }).page(),
});
