import { useEffect, useState } from 'react';
import { useLocation, useSearch } from 'wouter';
import { ErrorPanel } from '../../ui/error-panel.tsx';
import { showToast } from '../../ui/toast.ts';
import { type LoadedJob, loadJob } from './load-job.ts';

/** Fills the form with the job that the address names (`?from=swx_…`), and then takes the name out of the address. */
export function FromJob() {
  const id = new URLSearchParams(useSearch()).get('from');
  return id === null ? null : <LoadingJob key={id} id={id} />;
}

function LoadingJob({ id }: { readonly id: string }) {
  const [, navigate] = useLocation();
  const [error, setError] = useState<LoadedJob['error']>();
  useEffect(() => {
    const controller = new AbortController();
    void loadJob(id, controller.signal).then((loaded) => {
      if (controller.signal.aborted) return;
      if (loaded.error) {
        setError(loaded.error);
        return;
      }
      const { missing } = loaded;
      showToast({
        title: 'The form has the job’s values',
        ...(missing.length > 0 && {
          description: `Choose the ${missing.join(' and the ')} again: this server doesn’t have it any more, or it is elsewhere.`,
        }),
      });
      navigate('/', { replace: true });
    });
    return () => controller.abort();
  }, [id, navigate]);
  return error ? (
    <ErrorPanel error={error} title="The job’s values can’t be loaded" />
  ) : (
    <p role="status" className="sr-only">
      Loading the job’s values
    </p>
  );
}
