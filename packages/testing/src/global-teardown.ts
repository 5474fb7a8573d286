import { globalTeardown } from './global-setup.ts';

/** `globalTeardown` of Jest. */
export default function teardown(): Promise<void> {
  return globalTeardown();
}
