import { Restage, type RestageErrorOf, type RunErrorCode, type SaveErrorCode, safe } from '@restage/sdk';

const [picture, prompt, output = 'restaged.png'] = process.argv.slice(2);
if (!picture || !prompt) exit('Usage: npx -y pnpm@12 start <picture> <prompt> [<output>]');

// Reads RESTAGE_API_KEY and RESTAGE_BASE_URL.
const restage = new Restage();

// Uploads the image, starts the job and waits until it has ended.
const restaged = await safe(
  restage.run(
    { source: picture, prompt, max_cost: 5 },
    {
      onProgress(progress) {
        if (progress.step === 'upload') console.log(`upload ${progress.sent} of ${progress.total} bytes`);
        else console.log(`${progress.job.status} ${progress.job.progress} %`);
      },
    },
  ),
);
if (!restaged.ok) exit(explainRun(restaged.error));

const { job, render } = restaged.value;
const saved = await safe(render.save(output));
if (!saved.ok) exit(explainSave(saved.error));
console.log(`Saved ${output} (job ${job.id}, seed ${job.seed}).`);

/** Explains some codes, and shows the message of the others. A `case` for a code that a run can't fail with does not compile. */
function explainRun(error: RestageErrorOf<RunErrorCode>): string {
  switch (error.code) {
    case 'INVALID_API_KEY':
      return 'Set RESTAGE_API_KEY to the key that the server printed.';
    case 'INSUFFICIENT_CREDITS':
    case 'HARD_LIMIT_EXCEEDED':
    case 'MAX_COST_EXCEEDED':
      return `Nothing was started or charged: ${error.message}`;
    case 'JOB_FAILED':
    case 'JOB_CANCELLED':
      return `${error.message} Its credits are refunded.`;
    case 'WAIT_TIMED_OUT':
      // Narrowed to a code that always carries the job, so `error.job` can't be undefined.
      return `Job ${error.job.id} is still running. Wait for it again with restage.generations.wait().`;
    default:
      return `${error.message} (${error.code})`;
  }
}

/**
 * Explains every code, without a `default`. If a later version of the SDK adds a code, this does not compile until it is
 * handled. At run time, this version returns new codes as UNKNOWN.
 */
function explainSave(error: RestageErrorOf<SaveErrorCode>): string {
  switch (error.code) {
    case 'FILE_FAILED':
      return error.message;
    case 'INVALID_SIGNATURE':
    case 'NOT_FOUND':
      return 'The link has expired, or the server no longer keeps the file.';
    case 'INTERNAL_ERROR':
      return `The server failed. Report request ${error.requestId}.`;
    case 'CONNECTION_FAILED':
    case 'TIMED_OUT':
    case 'ABORTED':
      return `The download did not finish: ${error.message}`;
    case 'UNKNOWN':
      return `The download failed with an unknown error: ${error.wireCode ?? error.message}`;
  }
}

function exit(message: string): never {
  console.error(message);
  process.exit(1);
}
