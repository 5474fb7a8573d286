import * as z from 'zod';
import type { Log } from '../log.ts';
import { type Child, type ChildLimits, startChild } from './child.ts';
import { type Question, Verdict } from './verdict.ts';

/** The bounds of probing. A question takes 1 to 5 ms, and none keeps a request waiting for 2 s. */
export const childLimits: ChildLimits = {
  questionMs: 1500,
  bootMs: 20_000,
  heapMegabytes: 64,
  dataMegabytes: 768,
  cpuSeconds: 60,
};
/** CPU after which a child is replaced, so that an honest one never meets its limit in mid-question. */
const retirementCpuMs = 20_000;

const Answer = z.object({ verdict: Verdict, cpuMilliseconds: z.number() });

/** Child processes that tell what files are. */
export interface ProbePool {
  /** What the file is. A child that hangs, or dies of the file, is killed and answers `unknown`. */
  ask(question: Question): Promise<Verdict>;
  /** Kills the children; questions under way end as `unknown`. */
  close(): Promise<void>;
}

/** A pool of up to `size` children running `script`, started when first needed and then kept. */
export function openPool(script: string, size: number, limits: ChildLimits, log: Log): ProbePool {
  const idle: Child[] = [];
  const all = new Set<Child>();
  const waiting: (() => void)[] = [];
  let taken = 0;
  let closed = false;

  async function take(): Promise<Child> {
    if (taken >= size) await new Promise<void>((resolve) => waiting.push(resolve));
    else taken += 1;
    const kept = idle.pop();
    if (kept) return kept;
    try {
      const child = await startChild(script, limits);
      all.add(child);
      void child.exited.then(() => forget(child));
      if (closed) child.kill();
      return child;
    } catch (error) {
      free();
      throw error;
    }
  }

  /** Hands the slot to whoever waits longest, or gives it back. */
  function free(): void {
    const next = waiting.shift();
    if (next) next();
    else taken -= 1;
  }

  function forget(child: Child): void {
    all.delete(child);
    const index = idle.indexOf(child);
    if (index >= 0) idle.splice(index, 1);
  }

  return {
    async ask(question) {
      const child = await take();
      const started = performance.now();
      const reply = await child.ask(question);
      const answer = reply.kind === 'answered' ? Answer.safeParse(reply.message) : undefined;
      if (answer?.success && answer.data.cpuMilliseconds < retirementCpuMs) idle.push(child);
      else child.kill();
      free();
      if (answer?.success) return answer.data.verdict;
      const how = reply.kind === 'died' ? reply.how : reply.kind;
      log.warn({ how, milliseconds: performance.now() - started }, 'a file ended the process that probed it');
      return { kind: 'unknown', why: 'it can not be read within the limits' };
    },
    async close() {
      closed = true;
      for (const child of all) child.kill();
      await Promise.all([...all].map((child) => child.exited));
    },
  };
}
