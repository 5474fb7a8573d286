import { procedures } from '@restage/contract';
import { defineTool } from './define-tool.ts';
import { footageInput } from './footage.ts';

/** What a run would cost. It is no read: it uploads files, which costs nothing. */
export const quoteTool = defineTool({
  title: 'Quote a run',
  description:
    'Makes all checks of "run" with the same arguments, and returns its cost in credits. Uploads files, which is free; starts and charges nothing.',
  annotations: { readOnlyHint: false, destructiveHint: false, idempotentHint: true, openWorldHint: true },
  input: footageInput,
  results: [procedures['generations.quote'].output],
  call: async ({ restage, signal, onProgress }, input) => restage.quote(input, { signal, onProgress }),
});
