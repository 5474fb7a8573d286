/** A job, and what of it decides how it is shown. Ids sort by time. */
interface Listed {
  readonly id: string;
  readonly status: string;
}

/** The newest jobs, as they are now. */
interface Head<T> {
  readonly jobs: readonly T[];
  readonly next_page_token: string | null;
}

/** What is shown of a list that was fetched at different times. */
interface MergedJobs<T> {
  /** Newest first. */
  readonly jobs: readonly T[];
  /** So many new jobs came that some lie between the head and the rest: the rest must be fetched anew. */
  readonly hasGap: boolean;
  /** Some jobs are still running that the head doesn't keep up to date. */
  readonly hasActiveBeyondHead: boolean;
}

/** Puts the newest jobs, fetched every few seconds, in place of those that were fetched before. */
export function mergeJobs<T extends Listed>(head: Head<T> | undefined, listed: readonly T[]): MergedJobs<T> {
  if (!head) return { jobs: listed, hasGap: false, hasActiveBeyondHead: false };
  const oldest = head.jobs.at(-1);
  if (head.next_page_token === null || !oldest) {
    return { jobs: head.jobs, hasGap: false, hasActiveBeyondHead: false };
  }
  const older = listed.filter(({ id }) => id < oldest.id);
  return {
    jobs: [...head.jobs, ...older],
    hasGap: listed.length > 0 && older.length === listed.length,
    hasActiveBeyondHead: older.some(({ status }) => status === 'in_queue' || status === 'processing'),
  };
}
