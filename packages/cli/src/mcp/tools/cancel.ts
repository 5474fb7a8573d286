import { procedures } from '@restage/contract';
import { defineTool } from './define-tool.ts';

const { summary, description, input, output } = procedures['generations.cancel'];

/** Ends a job and refunds it. */
export const cancelTool = defineTool({
  title: summary,
  description,
  annotations: { readOnlyHint: false, destructiveHint: true, idempotentHint: true, openWorldHint: false },
  input,
  results: [output],
  call: async ({ restage, signal }, { id }) => restage.generations.cancel(id, { signal }),
});
