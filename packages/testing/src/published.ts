import { fileURLToPath } from 'node:url';
import { createCompositor } from '@restage/engine';
import { openTestRestage } from './open.ts';
import type { TestRestage, TestRestageOptions } from './test-restage.ts';

export { expectFailure } from './expect-failure.ts';
export type * from './index.ts';

const resolvePath = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** `testRestage` as published: a bundle in dist/testing, beside the bundles of its child processes. */
export function testRestage(options: TestRestageOptions = {}): Promise<TestRestage> {
  return openTestRestage(options, {
    mediaWorker: resolvePath('../media/worker.js'),
    docs: resolvePath('../docs'),
    compositor: () => createCompositor({ workers: 1, workerScript: resolvePath('../engine/worker.js') }),
  });
}
