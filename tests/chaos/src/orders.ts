import { createRng, type Rng } from './rng.ts';

/**
 * What the idle engine does with a job. `throws` throws every time; `throws-once` throws when a process first renders the
 * job; `kills-worker` kills its worker every time.
 */
type Behaviour = 'renders' | 'fails' | 'throws' | 'throws-once' | 'kills-worker';

/** How the receiver answers a job's webhook. */
export const endpoints = ['ok', 'flaky', 'resets', 'slow', 'gone', 'dead', 'hangs'] as const;
export type Endpoint = (typeof endpoints)[number];

/** What a job's prompt tells the idle engine. */
export interface RenderTask {
  readonly key: string;
  readonly durationMs: number;
  readonly behaviour: Behaviour;
}

/** A job that the client will submit. */
export interface Order extends RenderTask {
  /** The index of the account. */
  readonly account: number;
  /** When it is submitted, from the start of the run. */
  readonly startAtMs: number;
  readonly resolution: 720 | 1080;
  readonly endpoint: Endpoint | undefined;
  /** How its source reaches the server: in the request, or as an upload before it; a large one goes to S3 in parts. */
  readonly sourceKind: 'inline' | 'upload' | 'large-upload';
  /** The first PUT of the upload is broken off in the middle. */
  readonly isUploadBrokenOff: boolean;
  /** Submitted twice at the same time. */
  readonly isSentTwice: boolean;
  /** Submitted once; not retried when no answer comes. */
  readonly isAbandoned: boolean;
  /** Cancelled this long after the answer. */
  readonly cancelAfterMs: number | undefined;
}

/** The size of a run. */
export interface Scale {
  readonly seed: number;
  readonly jobs: number;
  readonly accounts: number;
  /** How long jobs are submitted and faults injected. */
  readonly durationMs: number;
  /** How many of the jobs kill their worker. */
  readonly workerKillers: number;
  readonly hasHangingEndpoints: boolean;
}

/** Draws the orders of a run, sorted by time. */
export function drawOrders(scale: Scale): Order[] {
  const { fraction, integer, chance, pick } = createRng(scale.seed);
  const drawEndpoint = (): Endpoint => {
    if (chance(0.75)) return 'ok';
    return pick(
      scale.hasHangingEndpoints ? endpoints : endpoints.filter((name) => name !== 'hangs' && name !== 'slow'),
    );
  };
  const drawBehaviour = (): Behaviour => {
    if (chance(0.92)) return 'renders';
    return pick(['fails', 'throws', 'throws-once']);
  };
  const drawSourceKind = (index: number): Order['sourceKind'] => {
    if (index % 50 === 25) return 'large-upload';
    return chance(0.5) ? 'upload' : 'inline';
  };
  const interval = Math.floor(scale.jobs / (scale.workerKillers + 1));
  return Array.from({ length: scale.jobs }, (_, index) => ({
    key: `order-${index}`,
    account: integer(0, scale.accounts - 1),
    startAtMs: Math.floor((index / scale.jobs) * scale.durationMs + fraction() * 50),
    durationMs: chance(0.1) ? integer(300, 2500) : integer(1, 20),
    behaviour:
      scale.workerKillers > 0 && index % interval === interval - 1 && index / interval < scale.workerKillers
        ? 'kills-worker'
        : drawBehaviour(),
    resolution: pick([720, 1080] as const),
    endpoint: chance(0.85) ? drawEndpoint() : undefined,
    sourceKind: drawSourceKind(index),
    isUploadBrokenOff: chance(0.1),
    isSentTwice: chance(0.15),
    isAbandoned: chance(0.05),
    cancelAfterMs: chance(0.15) ? pick([0, integer(0, 300), integer(0, 3000)]) : undefined,
  }));
}

/** How long the jobs of {@link drawLongOrders} render. */
export const longRenderMs = 3000;

/** Draws jobs that are long enough for a worker to be killed during them. */
export function drawLongOrders(round: number, count: number, accounts: number, rng: Rng): Order[] {
  return Array.from({ length: count }, (_, index) => ({
    key: `kill-${round}-${index}`,
    account: rng.integer(0, accounts - 1),
    startAtMs: 0,
    durationMs: longRenderMs,
    behaviour: 'renders' as const,
    resolution: 720 as const,
    endpoint: 'ok' as const,
    sourceKind: 'inline' as const,
    isUploadBrokenOff: false,
    isSentTwice: false,
    isAbandoned: false,
    cancelAfterMs: undefined,
  }));
}
