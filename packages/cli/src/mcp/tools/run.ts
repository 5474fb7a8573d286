import { procedures } from '@restage/contract';
import { defineTool } from './define-tool.ts';
import { footageInput } from './footage.ts';

const timeoutMs = 1_800_000;

/** Starts a job and follows it to its end. */
export const runTool = defineTool({
  title: 'Restage footage',
  description:
    'Relights the subject of an image or a video and composites it into a scene. Uploads files, starts a job, which charges the account, waits for its end, and returns the completed job with URLs of the render, the source and the matte. A video may take minutes; ask for progress. If the call is cancelled, the wait ends and the job continues.',
  annotations: { readOnlyHint: false, destructiveHint: false, idempotentHint: false, openWorldHint: true },
  input: footageInput,
  results: [procedures['generations.start'].output],
  async call({ restage, signal, onProgress }, input) {
    const { job } = await restage.run(input, { signal, timeoutMs, onProgress });
    return job;
  },
});
