import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createMedia, type Media, type MediaOptions } from '../../src/media.ts';
import type { TestNetwork } from './network.ts';

/** Media on a directory of its own, with what it logged. */
export interface TestMedia {
  readonly media: Media;
  readonly directory: string;
  readonly logged: { fields: object; message: string }[];
  /** Writes bytes to a file, and gives its location. */
  file(name: string, bytes: Buffer): Promise<{ kind: 'file'; path: string }>;
  /** Names of files that calls have left behind. */
  leftBehind(): Promise<string[]>;
  close(): Promise<void>;
}

/** Opens media on `testNetwork`, or on the system's own network. */
export async function openTestMedia(
  testNetwork?: TestNetwork,
  options: Partial<MediaOptions> = {},
): Promise<TestMedia> {
  const directory = await mkdtemp(join(tmpdir(), 'restage-media-test-'));
  const temporaryDirectory = join(directory, 'temporary');
  const logged: TestMedia['logged'] = [];
  const record = (fields: object, message: string) => void logged.push({ fields, message });
  const media = await createMedia({
    temporaryDirectory,
    allowPrivateNetwork: false,
    workers: 2,
    log: { info: record, warn: record },
    ...testNetwork?.network,
    ...options,
  });
  return {
    media,
    directory,
    logged,
    async file(name, bytes) {
      const path = join(directory, name);
      await writeFile(path, bytes);
      return { kind: 'file', path };
    },
    async leftBehind() {
      const found = await readdir(temporaryDirectory, { recursive: true, withFileTypes: true });
      return found.filter((entry) => entry.isFile()).map(({ name }) => name);
    },
    async close() {
      await media.close();
      await rm(directory, { recursive: true, force: true });
    },
  };
}
