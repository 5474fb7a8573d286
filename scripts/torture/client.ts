import { setTimeout as sleep } from 'node:timers/promises';
import { makePng } from '../../packages/media/test/support/index.ts';
import type { Dice } from './dice.ts';
import type { Endpoint, Order, Task } from './orders.ts';

const source = `data:image/png;base64,${makePng(8, 8).toString('base64')}`;

/** For how long one request may take, and an order be asked for again and again; milliseconds. */
const requestPatience = 10_000;
const orderPatience = 180_000;

/** A job, as far as the client keeps it. */
interface Job {
  readonly id: string;
  readonly status: string;
  readonly webhook?: { readonly status: string; readonly attempts: number };
}

/** What the client knows of an order: its own words and the answers that it got, and nothing else. */
export interface Story {
  readonly order: Order;
  /** Jobs that it was given for the order's key. */
  readonly jobs: Set<string>;
  /** Codes of refusals. */
  readonly refusals: Set<string>;
  /** Requests that were not answered, or with a fault of the server's: each may have made the job or not. */
  unanswered: number;
  /** States in which it has seen the job ended. */
  readonly endings: Set<string>;
  /** When it last knew the job to be unfinished, if that was after it had been seen ended. */
  revived: boolean;
}

/** A client that keeps its own history. */
export interface Client {
  readonly stories: Map<string, Story>;
  /** Asks for the order until it knows what came of it; cancels it, if it is one to cancel. */
  place(order: Order): Promise<void>;
  /** Asks again, with the same key, for every order of which it does not know what came. */
  settle(): Promise<void>;
  /** Reads every job that it was given. */
  readAll(): Promise<void>;
  readonly requests: () => number;
}

/** What a client needs to know. */
export interface ClientOptions {
  readonly apis: readonly string[];
  readonly keys: readonly string[];
  readonly callback: (account: number, endpoint: Endpoint, key: string) => string;
  readonly dice: Dice;
  /** The longest that it waits before it asks again, give or take a half; milliseconds. */
  readonly pauseAtMost: number;
}

interface Answer {
  readonly status: number;
  readonly body: Partial<Job> & { readonly error?: { readonly code: string } };
}

/** Makes a client of the servers at `apis`. */
export function openClient({ apis, keys, callback, dice, pauseAtMost }: ClientOptions): Client {
  const stories = new Map<string, Story>();
  let requests = 0;

  async function ask(account: number, path: string, init: RequestInit = {}): Promise<Answer | undefined> {
    requests += 1;
    try {
      const response = await fetch(`${dice.pick(apis)}/v1/${path}`, {
        ...init,
        headers: { 'x-api-key': keys[account] ?? '' },
        signal: AbortSignal.timeout(requestPatience),
      });
      const body = (await response.json()) as Answer['body'];
      return response.status >= 500 ? undefined : { status: response.status, body };
    } catch {
      // Refused, reset, cut short, too late: the client can't know what the server has done.
      return undefined;
    }
  }

  function note(story: Story, job: Partial<Job>): void {
    if (job.status === 'completed' || job.status === 'failed' || job.status === 'cancelled') {
      story.endings.add(job.status);
    } else if (story.endings.size > 0) story.revived = true;
  }

  /** @returns whether it is known now what came of the order */
  async function askFor(story: Story): Promise<boolean> {
    const { key, takes, manner, account, resolution, endpoint } = story.order;
    const answer = await ask(account, 'switchx/generations', {
      method: 'POST',
      body: JSON.stringify({
        generation_type: 'image',
        alpha_mode: 'fill',
        max_resolution: resolution,
        source_uri: source,
        prompt: JSON.stringify({ key, takes, manner } satisfies Task),
        idempotency_key: key,
        ...(endpoint && { callback_url: callback(account, endpoint, key) }),
      }),
    });
    const { id } = answer?.body ?? {};
    if (answer?.status === 200 && id !== undefined) {
      story.jobs.add(id);
      note(story, answer.body);
      return true;
    }
    // What may be tried again is no answer: the limits, and a key that is being used at this moment.
    if (!answer || answer.status === 429 || answer.body.error?.code === 'SOURCE_UNREACHABLE') {
      story.unanswered += 1;
      return false;
    }
    story.refusals.add(answer.body.error?.code ?? String(answer.status));
    return true;
  }

  async function askUntilKnown(story: Story): Promise<void> {
    const deadline = Date.now() + orderPatience;
    for (let pause = 500; Date.now() < deadline; pause = Math.min(pauseAtMost, pause * 2)) {
      if (await askFor(story)) return;
      await sleep(pause * (0.5 + dice.fraction()));
    }
  }

  async function cancel(story: Story, id: string): Promise<void> {
    for (let attempt = 0; attempt < 8; attempt += 1) {
      const answer = await ask(story.order.account, `switchx/generations/${id}/cancel`, { method: 'POST' });
      if (answer?.status === 200) note(story, answer.body);
      if (answer && answer.status !== 429) return;
      await sleep(250 * 2 ** attempt);
    }
  }

  async function read(story: Story, id: string): Promise<void> {
    for (let attempt = 0; attempt < 8; attempt += 1) {
      const answer = await ask(story.order.account, `switchx/generations/${id}`);
      if (answer?.status === 200) return note(story, answer.body);
      if (answer?.status === 404) return void story.refusals.add('JOB_NOT_FOUND');
      await sleep(100 * 2 ** attempt);
    }
  }

  return {
    stories,
    requests: () => requests,
    async place(order) {
      const story: Story = {
        order,
        jobs: new Set(),
        refusals: new Set(),
        unanswered: 0,
        endings: new Set(),
        revived: false,
      };
      stories.set(order.key, story);
      const asked = order.forgotten ? askFor(story) : askUntilKnown(story);
      await Promise.all([asked, ...(order.doubled ? [askFor(story)] : [])]);
      const [id] = story.jobs;
      if (id === undefined) return;
      if (order.cancelAfter !== undefined) {
        await sleep(order.cancelAfter);
        await cancel(story, id);
      } else if (order.doubled) await read(story, id);
    },
    async settle() {
      const open = [...stories.values()].filter(({ jobs, unanswered }) => jobs.size === 0 && unanswered > 0);
      for (const { refusals } of open) refusals.clear();
      for (let from = 0; from < open.length; from += 10) {
        await Promise.all(open.slice(from, from + 10).map(askUntilKnown));
      }
    },
    async readAll() {
      const all = [...stories.values()];
      for (let from = 0; from < all.length; from += 10) {
        await Promise.all(
          all.slice(from, from + 10).flatMap((story) => [...story.jobs].map((id) => read(story, id))),
        );
      }
    },
  };
}
