import { openAsBlob } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** A file of the folder `samples`, to upload. */
export async function readSample(name: string): Promise<File> {
  const path = fileURLToPath(new URL(`../../../samples/${name}`, import.meta.url));
  return new File([await openAsBlob(path)], name);
}
