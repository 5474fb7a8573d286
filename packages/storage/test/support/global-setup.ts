import type { TestProject } from 'vitest/node';
import { type SeaweedFs, startSeaweedFs } from './seaweedfs.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    /** The endpoint of a real S3 server. */
    restageS3Endpoint: string;
  }
}

/** The SeaweedFS of this run and how many projects use it. On globalThis, because each project loads this file again. */
interface Shared {
  seaweed: Promise<SeaweedFs>;
  projects: number;
}

const key = Symbol.for('restage.test-seaweedfs');
const run = globalThis as typeof globalThis & { [key]?: Shared };

/** Vitest's global setup of the tier `s3`: the server of RESTAGE_S3_TEST_ENDPOINT, or else one SeaweedFS per run. */
export default async function setup(project: TestProject): Promise<(() => Promise<void>) | undefined> {
  const endpoint = process.env.RESTAGE_S3_TEST_ENDPOINT;
  if (endpoint) {
    project.provide('restageS3Endpoint', endpoint);
    return undefined;
  }
  run[key] ??= { seaweed: startSeaweedFs(), projects: 0 };
  const shared = run[key];
  shared.projects += 1;
  const seaweed = await shared.seaweed;
  project.provide('restageS3Endpoint', seaweed.endpoint);
  return async () => {
    shared.projects -= 1;
    if (shared.projects > 0) return;
    delete run[key];
    await seaweed.stop();
  };
}
