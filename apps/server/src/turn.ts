import { setImmediate as immediate } from 'node:timers/promises';

/** Lets go out what is ready: what is heard in the first turn of the event loop is answered at the end of it. */
export async function turn(): Promise<void> {
  await immediate();
  await immediate();
}
