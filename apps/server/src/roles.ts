/** What a process does: serve the API, render, or both. Any number of processes share one database. */
export const roles = ['all', 'api', 'worker'] as const;
export type Role = (typeof roles)[number];
