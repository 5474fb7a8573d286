import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { openS3Store, type S3StoreOptions } from '@restage/storage';
import { createBucket, startSeaweedFs } from '@restage/storage/testing';

/** A bucket in an S3 server of its own. */
export interface ObjectStore {
  /** How to open a store in the bucket. */
  readonly options: S3StoreOptions;
  readonly port: number;
  /** Of the server. */
  pid(): number;
  /** Kills the server and starts it again. */
  restart(): Promise<void>;
  /** Puts the bucket over its quota: it refuses every write until {@link ObjectStore.raiseQuota}. */
  exceedQuota(): Promise<void>;
  raiseQuota(): Promise<void>;
  stop(): Promise<void>;
}

/** More than the smallest quota, which is 1 MB. */
const fillerBytes = 1_500_000;

/** Starts SeaweedFS with a bucket. */
export async function startObjectStore(): Promise<ObjectStore> {
  const seaweed = await startSeaweedFs();
  const { options } = await createBucket(seaweed.endpoint, 'restage-chaos');
  // Outside the prefix of the programs.
  const filler = await openS3Store({ ...options, prefix: 'filler' });
  await filler.write('filler', [randomBytes(fillerBytes)] as never, { maxBytes: fillerBytes });

  /** The server knows the bucket's size some seconds after it has started. */
  async function enforceQuota(change: string, expected: RegExp): Promise<void> {
    for (const deadline = Date.now() + 30_000; ; await sleep(500)) {
      const printed = await seaweed.runShell(
        `s3.bucket.quota -name=${options.bucket} ${change}`,
        's3.bucket.quota.enforce -apply',
      );
      if (expected.test(printed)) return;
      if (Date.now() > deadline) throw new Error(`The quota could not be changed: ${printed}`);
    }
  }

  return {
    options,
    port: Number(new URL(seaweed.endpoint).port),
    pid: seaweed.pid,
    restart: seaweed.restart,
    exceedQuota: () => enforceQuota('-op=set -sizeMB=1', /to read only/),
    raiseQuota: () => enforceQuota('-op=remove', /cleared read-only/),
    stop: seaweed.stop,
  };
}
