import type { JobDetails } from '@restage/sdk';
import { CopyButton } from '../../ui/copy-button.tsx';

/** The prompt of a job, and what was understood of it. */
export function Prompt({ job }: { readonly job: JobDetails }) {
  const { prompt, understood, status } = job;
  return (
    <div className="flex flex-col gap-4">
      {prompt === null ? (
        <p className="text-muted">This job had no prompt. Its scene came from the reference picture.</p>
      ) : (
        <div className="flex items-start gap-2">
          <p className="min-w-0 flex-1 break-words whitespace-pre-wrap">{prompt}</p>
          <CopyButton text={prompt} label="Copy the prompt" className="-mt-1" />
        </div>
      )}
      {understood.length > 0 ? (
        <div>
          <h3 className="text-sm font-medium text-muted">Understood as</h3>
          <dl className="mt-2 divide-y divide-line border-y border-line">
            {understood.map(({ phrase, effect }) => (
              <div
                key={`${phrase} ${effect}`}
                className="grid gap-x-4 py-2 sm:grid-cols-[minmax(0,1fr)_minmax(0,1fr)]"
              >
                <dt className="break-words">“{phrase}”</dt>
                <dd className="break-words text-muted">{effect}</dd>
              </div>
            ))}
          </dl>
        </div>
      ) : (
        prompt !== null &&
        (status === 'in_queue' || status === 'processing') && (
          <p className="text-sm text-faint">What was understood of it appears here once it is rendered.</p>
        )
      )}
    </div>
  );
}
