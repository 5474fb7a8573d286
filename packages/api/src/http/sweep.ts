import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

let collect: ((options: { type: 'minor' }) => void) | undefined;

function exposeCollector(): (options: { type: 'minor' }) => void {
  setFlagsFromString('--expose-gc');
  return runInNewContext('gc');
}

/**
 * Has V8 sweep what died young; takes about a millisecond. A large body arrives in thousands of chunks, each
 * dead as soon as it is copied, but V8 sees only their small wrappers and lets another body's worth of
 * them stand: 234 MB at the peak of a 50 MB upload, against 185 with this.
 */
export function sweepYoung(): void {
  collect ??= exposeCollector();
  collect({ type: 'minor' });
}
