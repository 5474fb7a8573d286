import type { JobDetails } from '@restage/sdk';
import { useEffect } from 'react';
import { restage } from '../../api/client.ts';
import { queries, useCall } from '../../api/queries.ts';
import { isTerminal, useWatchedJob } from '../../api/use-watched-job.ts';

/** A job's details, kept up to date by its event stream until it has ended. */
export function useJob(id: string) {
  const details = useCall(['job', id], (options) => restage.generations.details(id, options));
  const { data } = details;
  const isActive = data !== undefined && !isTerminal(data);
  const watched = useWatchedJob(isActive ? id : undefined);
  const status = watched.job?.status;
  // What is told of a state is more than the stream carries: events, files, size.
  useEffect(() => {
    if (status && status !== queries.getQueryData<JobDetails>(['job', id])?.status) {
      void queries.invalidateQueries({ queryKey: ['job', id] });
    }
  }, [status, id]);
  const isNewer = data && watched.job && watched.job.modified_at > data.modified_at;
  const job: JobDetails | undefined = isNewer ? { ...data, ...watched.job } : data;
  return { query: { ...details, data: job }, watchError: isActive ? watched.error : undefined };
}
