import type { RequestHandlerExtra } from '@modelcontextprotocol/sdk/shared/protocol.js';
import type { ServerNotification, ServerRequest } from '@modelcontextprotocol/sdk/types.js';
import type { RunProgress } from '@restage/sdk';

/** What comes with a request of a client. */
export type Extra = RequestHandlerExtra<ServerRequest, ServerNotification>;

/** Takes the steps of a run. */
export type ReportProgress = (step: RunProgress) => void;

/** Where the job's own progress begins, in percent of the run. */
const started = 10;
const claimed = 11;

/**
 * Creates the function that notifies the client of a run's progress, from 0 to 100. It sends nothing if the client has not
 * asked for progress. As MCP demands, the number grows with each notification.
 */
export function createProgressReporter(
  { _meta, sendNotification, signal }: Extra,
  log: (text: string) => void,
): ReportProgress {
  const progressToken = _meta?.progressToken;
  if (progressToken === undefined) return () => {};
  let last = -1;
  return (step) => {
    const progress = computePercent(step);
    if (progress <= last || signal.aborted) return;
    last = progress;
    const params = { progressToken, progress, total: 100, message: describeStep(step) };
    sendNotification({ method: 'notifications/progress', params }).catch((error: unknown) =>
      log(`progress_failed ${error}`),
    );
  };
}

function computePercent(progress: RunProgress): number {
  if (progress.step === 'upload')
    return progress.total === 0 ? 0 : (progress.sent / progress.total) * (started - 1);
  const { job } = progress;
  return job.status === 'in_queue' ? started : claimed + (job.progress / 100) * (100 - claimed);
}

function describeStep(progress: RunProgress): string {
  if (progress.step === 'upload') return `uploading the ${progress.role}`;
  const { id, status, progress: percent } = progress.job;
  return `job ${id} ${status}, ${percent} %`;
}
