import type { checks } from './checks.ts';

/** Something that is off, and where. */
export interface Finding {
  readonly check: keyof typeof checks | 'blob';
  readonly accountId: string;
  /** Null where a whole account is meant. */
  readonly generationId: string | null;
  readonly message: string;
}
