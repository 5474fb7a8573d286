import { type Dice, dice } from './dice.ts';

/**
 * How the torture's engine treats a job. `throws` throws every time; `stumbles` throws when a process first meets
 * the job; `kills` kills its worker, every time.
 */
type Manner = 'renders' | 'fails' | 'throws' | 'stumbles' | 'kills';

/** How the receiver treats a job's webhook. */
export const endpoints = ['ok', 'flaky', 'resets', 'slow', 'gone', 'dead', 'hangs'] as const;
export type Endpoint = (typeof endpoints)[number];

/** What a job's prompt tells the engine of the torture. */
export interface Task {
  readonly key: string;
  /** Milliseconds. */
  readonly takes: number;
  readonly manner: Manner;
}

/** A job that the client will ask for, decided on beforehand. */
export interface Order extends Task {
  /** Which account's. */
  readonly account: number;
  /** When it is asked for, in milliseconds from the beginning. */
  readonly at: number;
  readonly resolution: 720 | 1080;
  readonly endpoint: Endpoint | undefined;
  /** Asked for twice at the same moment. */
  readonly doubled: boolean;
  /** Asked for once, and left there if nothing is answered. */
  readonly forgotten: boolean;
  /** Cancelled so many milliseconds after it was answered. */
  readonly cancelAfter: number | undefined;
}

/** What the run is made of. */
export interface Scale {
  readonly seed: number;
  readonly jobs: number;
  readonly accounts: number;
  /** Milliseconds in which the jobs are asked for and the faults happen. */
  readonly chaos: number;
  /** Jobs among them that kill their workers. */
  readonly killers: number;
  readonly hangs: boolean;
}

/** Draws the orders of a run, in the order of their time. */
export function drawOrders(scale: Scale): Order[] {
  const { fraction, whole, chance, pick } = dice(scale.seed);
  const endpoint = (): Endpoint => {
    if (chance(0.75)) return 'ok';
    return pick(scale.hangs ? endpoints : endpoints.filter((name) => name !== 'hangs' && name !== 'slow'));
  };
  const manner = (): Manner => {
    if (chance(0.92)) return 'renders';
    return pick(['fails', 'throws', 'stumbles']);
  };
  const every = Math.floor(scale.jobs / (scale.killers + 1));
  return Array.from({ length: scale.jobs }, (_, index) => ({
    key: `order-${index}`,
    account: whole(0, scale.accounts - 1),
    at: Math.floor((index / scale.jobs) * scale.chaos + fraction() * 50),
    takes: chance(0.1) ? whole(300, 2500) : whole(1, 20),
    manner:
      scale.killers > 0 && index % every === every - 1 && index / every < scale.killers ? 'kills' : manner(),
    resolution: pick([720, 1080] as const),
    endpoint: chance(0.85) ? endpoint() : undefined,
    doubled: chance(0.15),
    forgotten: chance(0.05),
    cancelAfter: chance(0.15) ? pick([0, whole(0, 300), whole(0, 3000)]) : undefined,
  }));
}

/** Milliseconds that a job takes for a worker to be killed with. */
export const longRender = 3000;

/** Long jobs for a worker to be killed with. */
export function longOrders(round: number, count: number, accounts: number, chance: Dice): Order[] {
  return Array.from({ length: count }, (_, index) => ({
    key: `kill-${round}-${index}`,
    account: chance.whole(0, accounts - 1),
    at: 0,
    takes: longRender,
    manner: 'renders' as const,
    resolution: 720 as const,
    endpoint: 'ok' as const,
    doubled: false,
    forgotten: false,
    cancelAfter: undefined,
  }));
}
