import type { checks } from './checks.ts';

/** A violated invariant, and where. */
export interface Finding {
  readonly check: keyof typeof checks | 'blob';
  readonly accountId: string;
  /** Null if the finding concerns a whole account. */
  readonly generationId: string | null;
  readonly message: string;
}
