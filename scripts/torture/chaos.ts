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
  type Tell = (whom: Program) => void;
  async function send(program: Program, signal: NodeJS.Signals, say: Tell): Promise<void> {
    say(program);
    program.signal(signal);
  }
  async function freeze(program: Program, milliseconds: number, say: Tell): Promise<void> {
    say(program);
    program.signal('SIGSTOP');
    await sleep(milliseconds);
    program.signal('SIGCONT');
  }
  async function reset(program: Program, say: Tell): Promise<void> {
    say(program);
    program.line.cut();
  }
  async function disturb(kind: 'refuse' | 'hang', milliseconds: number, say: Tell): Promise<void> {
    const program = dice.pick(programs);
    say(program);
    program.line[kind]();
    await sleep(milliseconds);
    program.line.heal();
  }
  const onDatabase = (act: () => Promise<void>, say: () => void) => {
    database = database.then(() => {
      say();
      return act();
    });
    return database;
  };

  const acts: Record<Fault, (say: (whom?: Program) => void) => Promise<void>> = {
    'SIGKILL worker': (say) => send(worker(), 'SIGKILL', say),
    'SIGKILL api': (say) => send(api(), 'SIGKILL', say),
    'SIGTERM worker': (say) => send(worker(), 'SIGTERM', say),
    'SIGTERM api': (say) => send(api(), 'SIGTERM', say),
    'SIGSTOP worker, briefly': (say) => freeze(worker(), dice.whole(500, 5000), say),
    'SIGSTOP worker, past its heartbeat': (say) =>
      freeze(worker(), dice.whole(17_000, decks === 0 ? 18_000 : 25_000), say),
    'SIGSTOP api': (say) => freeze(api(), dice.whole(500, 5000), say),
    'connections reset': (say) => reset(dice.pick(programs), say),
    'connections refused': (say) => disturb('refuse', dice.whole(500, 5000), say),
    'connections hang': (say) => disturb('hang', dice.whole(2000, 12_000), say),
    'PostgreSQL restarts': (say) => onDatabase(postgres.restart, say),
    'PostgreSQL crashes': (say) => onDatabase(postgres.crash, say),
    'PostgreSQL loses a process': (say) => onDatabase(postgres.killBackend, say),
  };

  const cards = (Object.keys(deck) as Fault[]).flatMap((fault) => Array(deck[fault]).fill(fault) as Fault[]);
  const dealt = decks === 0 ? once(dice) : Array.from({ length: decks }, () => dice.shuffled(cards)).flat();
  for (const fault of dealt) {
    counts.set(fault, (counts.get(fault) ?? 0) + 1);
    const say = (whom?: Program) => tell(whom ? `${fault}: ${whom.name}` : fault);
    const act: Promise<void> = acts[fault](say).finally(() => lasting.delete(act));
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
