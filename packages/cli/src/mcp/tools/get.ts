import { procedures } from '@restage/contract';
import { defineTool, readsOnly } from './define-tool.ts';

const { input } = procedures['generations.get'];
const { description, output } = procedures['generations.details'];

/** A job with its details, at once or when it has ended. */
export const getTool = defineTool({
  title: 'Get a job',
  description: `${description} With "wait", the answer comes when the job has ended, or after that many seconds.`,
  annotations: readsOnly,
  input,
  results: [output],
  async call({ restage, signal }, { id, wait }) {
    if (wait !== undefined) {
      const attemptTimeoutMs = (wait + 60) * 1000;
      await restage.call('generations.get', { id, wait }, { signal, attemptTimeoutMs });
    }
    return restage.generations.details(id, { signal });
  },
});
