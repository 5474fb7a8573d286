import { fileURLToPath } from 'node:url';
import { createCompositor } from '@restage/engine';
import { openTestRestage, type TestRestage, type TestRestageOptions } from './restage.ts';

export type * from './index.ts';
export { refusalOf } from './refusal.ts';

const beside = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** `testRestage` as it is published: a bundle, which stands in dist/testing, with its child processes' programs beside it. */
export function testRestage(options: TestRestageOptions = {}): Promise<TestRestage> {
  return openTestRestage(options, {
    mediaWorker: beside('../media/worker.js'),
    docs: beside('../docs'),
    compositor: () => createCompositor({ workers: 1, workerScript: beside('../engine/worker.js') }),
  });
}
