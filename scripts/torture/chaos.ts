import { setTimeout as sleep } from 'node:timers/promises';
import type { Dice } from './dice.ts';
import type { Fleet, Program } from './fleet.ts';
import type { Postgres } from './postgres.ts';

/** How often each fault stands in a deck of them; a deck is dealt whole before the next is shuffled. */
const deck = {
  'SIGKILL worker': 5,
  'SIGKILL api': 2,
  'SIGTERM worker': 1,
  'SIGTERM api': 1,
  'SIGSTOP worker, briefly': 2,
  'SIGSTOP worker, past its heartbeat': 2,
  'SIGSTOP api': 2,
  'connections reset': 3,
  'connections refused': 2,
  'connections hang': 2,
  'PostgreSQL restarts': 1,
  'PostgreSQL crashes': 1,
  'PostgreSQL loses a process': 1,
} as const;

type Fault = keyof typeof deck;

/** What happened in a run. */
export interface Chaos {
  readonly counts: Map<string, number>;
  /** Ends what still lasts. */
  heal(): Promise<void>;
}

/** What faults befall. */
export interface Victims {
  readonly fleet: Fleet;
  readonly postgres: Postgres;
  readonly dice: Dice;
  /** Hears of each fault as it happens. */
  readonly tell: (fault: string) => void;
}

/** Each fault once, the longest first. */
function once(dice: Dice): Fault[] {
  const longest: Fault = 'SIGSTOP worker, past its heartbeat';
  const others = (Object.keys(deck) as Fault[]).filter((fault) => fault !== longest);
  return [longest, ...dice.shuffled(others)];
}

/**
 * Has faults happen for so many milliseconds, one after another, many lasting into the next.
 * @param decks how many decks are dealt; 0 for each fault once
 */
export async function wreakChaos(
  { fleet, postgres, dice, tell }: Victims,
  duration: number,
  decks: number,
): Promise<Chaos> {
  const counts = new Map<string, number>();
  const lasting = new Set<Promise<void>>();
  /** PostgreSQL is dealt with by one fault at a time. */
  let database: Promise<void> = Promise.resolve();

  const programs = [...fleet.apis, ...fleet.workers];
  const worker = () => dice.pick(fleet.workers);
  const api = () => dice.pick(fleet.apis);
  async function freeze(program: Program, milliseconds: number): Promise<void> {
    program.signal('SIGSTOP');
    await sleep(milliseconds);
    program.signal('SIGCONT');
  }
  async function disturb(kind: 'refuse' | 'hang', milliseconds: number): Promise<void> {
    const { line } = dice.pick(programs);
    line[kind]();
    await sleep(milliseconds);
    line.heal();
  }
  const onDatabase = (act: () => Promise<void>) => {
    database = database.then(act);
    return database;
  };

  const acts: Record<Fault, () => Promise<void>> = {
    'SIGKILL worker': async () => worker().signal('SIGKILL'),
    'SIGKILL api': async () => api().signal('SIGKILL'),
    'SIGTERM worker': async () => worker().signal('SIGTERM'),
    'SIGTERM api': async () => api().signal('SIGTERM'),
    'SIGSTOP worker, briefly': () => freeze(worker(), dice.whole(500, 5000)),
    'SIGSTOP worker, past its heartbeat': () =>
      freeze(worker(), dice.whole(17_000, decks === 0 ? 18_000 : 25_000)),
    'SIGSTOP api': () => freeze(api(), dice.whole(500, 5000)),
    'connections reset': async () => dice.pick(programs).line.cut(),
    'connections refused': () => disturb('refuse', dice.whole(500, 5000)),
    'connections hang': () => disturb('hang', dice.whole(2000, 12_000)),
    'PostgreSQL restarts': () => onDatabase(postgres.restart),
    'PostgreSQL crashes': () => onDatabase(postgres.crash),
    'PostgreSQL loses a process': () => onDatabase(postgres.killBackend),
  };

  const cards = (Object.keys(deck) as Fault[]).flatMap((fault) => Array(deck[fault]).fill(fault) as Fault[]);
  const dealt = decks === 0 ? once(dice) : Array.from({ length: decks }, () => dice.shuffled(cards)).flat();
  for (const fault of dealt) {
    counts.set(fault, (counts.get(fault) ?? 0) + 1);
    tell(fault);
    const act: Promise<void> = acts[fault]().finally(() => lasting.delete(act));
    lasting.add(act);
    await sleep((duration / dealt.length) * (0.5 + dice.fraction()));
  }
  return {
    counts,
    async heal() {
      await Promise.all(lasting);
    },
  };
}
