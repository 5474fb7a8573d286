import type { JobDetails } from '@restage/sdk';

type Status = JobDetails['status'];

/** A state that a job was in. */
export interface TimelineEntry {
  readonly status: Status;
  readonly at: string;
  /** How long it lasted; undefined for the state that the job is in, and for its end. */
  readonly durationMs: number | undefined;
  /** From 1. Workers that are lost or stopped give a job to another. */
  readonly attempt: number | undefined;
}

/** The states of a job from its events, oldest first. Progress within a state is left out. */
export function buildTimeline(events: JobDetails['events']): readonly TimelineEntry[] {
  let attempts = 0;
  const begins: Omit<TimelineEntry, 'durationMs'>[] = [];
  for (const { status, progress, at } of events) {
    const last = begins.at(-1);
    const isRestart = status === 'processing' && progress === 0;
    if (last?.status === status && !isRestart) continue;
    if (status === 'processing') attempts += 1;
    begins.push({ status, at, attempt: status === 'processing' ? attempts : undefined });
  }
  return begins.map((entry, index) => {
    const next = begins[index + 1];
    const durationMs = next && new Date(next.at).getTime() - new Date(entry.at).getTime();
    return { ...entry, durationMs };
  });
}
