import * as z from 'zod';
import type { Log } from '../log.ts';
import { type Child, type ChildLimits, startChild } from './child.ts';
import { type ProbeRequest, ProbeResult } from './protocol.ts';

/** The limits of probing. A probe takes 1 to 5 ms, and must never delay a request by 2 s. */
export const childLimits: ChildLimits = {
  requestMs: 1500,
  bootMs: 20_000,
  heapMegabytes: 64,
  dataMegabytes: 768,
  cpuSeconds: 60,
};
/** A child that has used so much CPU is replaced, so that it never reaches its kernel limit during a request. */
const maxChildCpuMs = 20_000;

const ChildResponse = z.object({ result: ProbeResult, cpuMilliseconds: z.number() });

/** A pool of child processes that probe files. */
export interface ProbePool {
  /** Probes a file. If the child hangs or dies, it is killed, and the result is `unknown`. */
  probe(request: ProbeRequest): Promise<ProbeResult>;
  /** Kills the children; the result of pending requests is `unknown`. */
  close(): Promise<void>;
}

/** Opens a pool of up to `size` children that run `script`. They are started on demand and reused. */
export function openProbePool(script: string, size: number, limits: ChildLimits, log: Log): ProbePool {
  const idle: Child[] = [];
  const all = new Set<Child>();
  const waiting: (() => void)[] = [];
  let slotsInUse = 0;
  let closed = false;

  async function acquireChild(): Promise<Child> {
    if (slotsInUse >= size) await new Promise<void>((resolve) => waiting.push(resolve));
    else slotsInUse += 1;
    const kept = idle.pop();
    if (kept) return kept;
    try {
      const child = await startChild(script, limits);
      all.add(child);
      void child.exited.then(() => forget(child));
      if (closed) child.kill();
      return child;
    } catch (error) {
      releaseSlot();
      throw error;
    }
  }

  /** Passes the slot to the longest-waiting caller, or frees it. */
  function releaseSlot(): void {
    const next = waiting.shift();
    if (next) next();
    else slotsInUse -= 1;
  }

  function forget(child: Child): void {
    all.delete(child);
    const index = idle.indexOf(child);
    if (index >= 0) idle.splice(index, 1);
  }

  return {
    async probe(request) {
      const child = await acquireChild();
      const started = performance.now();
      const reply = await child.request(request);
      const answer = reply.kind === 'answered' ? ChildResponse.safeParse(reply.message) : undefined;
      if (answer?.success && answer.data.cpuMilliseconds < maxChildCpuMs) idle.push(child);
      else child.kill();
      releaseSlot();
      if (answer?.success) return answer.data.result;
      const how = reply.kind === 'died' ? reply.how : reply.kind;
      log.warn({ how, milliseconds: performance.now() - started }, 'probe_process_failed');
      return { kind: 'unknown', why: 'it can not be read within the limits' };
    },
    async close() {
      closed = true;
      for (const child of all) child.kill();
      await Promise.all([...all].map((child) => child.exited));
    },
  };
}
