import type { TestProject } from 'vitest/node';
import { startTestCluster, type TestCluster } from './cluster.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    /** The URL of the run's migrated template database; set by this package's global setup. */
    restageTemplateUrl: string;
  }
}

/** The cluster of this run and how many projects use it. On globalThis, because each project loads this file again. */
interface Shared {
  cluster: Promise<TestCluster>;
  projects: number;
}

const key = Symbol.for('restage.test-cluster');
const run = globalThis as typeof globalThis & { [key]?: Shared };

/** Vitest's global setup: one PostgreSQL per run, started by the first project and stopped after the last. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  run[key] ??= { cluster: startTestCluster(), projects: 0 };
  const shared = run[key];
  shared.projects += 1;
  const cluster = await shared.cluster;
  project.provide('restageTemplateUrl', cluster.templateUrl);
  return async () => {
    shared.projects -= 1;
    if (shared.projects > 0) return;
    delete run[key];
    await cluster.stop();
  };
}
