import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

const names = ['chromium', 'chromium-headless-shell', 'chromium-browser', 'google-chrome'];

/** The path of a Chromium of this machine. @throws where there is none on the PATH */
export function findChromium(): string {
  const folders = (process.env.PATH ?? '').split(delimiter);
  const paths = names.flatMap((name) => folders.map((folder) => join(folder, name)));
  const found = paths.find((path) => existsSync(path));
  if (!found) throw new Error(`There is no Chromium on the PATH: none of ${names.join(', ')}.`);
  return found;
}
