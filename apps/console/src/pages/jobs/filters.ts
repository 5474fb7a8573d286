import type { GenerationsListInput, Job } from '@restage/sdk';

type Status = Job['status'];
type Type = Job['generation_type'];

/** Each status in words, in the order of a job's life. */
export const statusLabels: Readonly<Record<Status, string>> = {
  in_queue: 'In queue',
  processing: 'Processing',
  completed: 'Completed',
  failed: 'Failed',
  cancelled: 'Cancelled',
};

export const typeLabels: Readonly<Record<Type, string>> = { image: 'Image', video: 'Video' };

/** The spans of time to choose from. */
export const ages = {
  hour: { label: 'Last hour', ms: 3_600_000 },
  day: { label: 'Last 24 hours', ms: 86_400_000 },
  week: { label: 'Last 7 days', ms: 7 * 86_400_000 },
  month: { label: 'Last 30 days', ms: 30 * 86_400_000 },
} as const;

type Age = keyof typeof ages;

/** Which jobs are shown; what is absent is no condition. */
export interface JobFilters {
  readonly status?: Status;
  readonly type?: Type;
  readonly age?: Age;
}

/** Reads the filters from the address. What isn't a filter, or no value of one, is ignored. */
export function readFilters(search: URLSearchParams): JobFilters {
  const [status, type, age] = [search.get('status'), search.get('type'), search.get('created')];
  return {
    ...(isKey(statusLabels, status) && { status }),
    ...(isKey(typeLabels, type) && { type }),
    ...(isKey(ages, age) && { age }),
  };
}

/** The address of the list with these filters. */
export function toJobsPath({ status, type, age }: JobFilters): string {
  const search = new URLSearchParams();
  if (status) search.set('status', status);
  if (type) search.set('type', type);
  if (age) search.set('created', age);
  return search.size > 0 ? `/jobs?${search}` : '/jobs';
}

/** The filters as the API takes them, at a time. */
export function toListInput({ status, type, age }: JobFilters, now: number): GenerationsListInput {
  return {
    ...(status && { status }),
    ...(type && { generation_type: type }),
    ...(age && { created_after: new Date(now - ages[age].ms).toISOString() }),
  };
}

function isKey<T extends object>(object: T, key: string | null): key is keyof T & string {
  return key !== null && Object.hasOwn(object, key);
}
