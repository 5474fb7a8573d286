import { randomBytes } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { MatteModel } from '@restage/engine';
import type { ServerSettings } from '../settings/settings.ts';
import { ignoreMissing } from './ignore-missing.ts';
import { getKnownNetwork, type NetworkName, networkNames } from './known-networks.ts';

/**
 * The folder of the networks, in the data directory. It holds `NAME.SHA.onnx` for each installed network, with the first
 * digits of its SHA-256, so that other bytes have another path; `NAME.partial` while it is downloaded; and `used`.
 */
export function getModelsDirectory(settings: ServerSettings): string {
  return join(resolve(settings.RESTAGE_DATA_DIR), 'models');
}

export function getInstalledFile(name: NetworkName, sha256: string): string {
  return `${name}.${sha256.slice(0, 12)}.onnx`;
}

export function getPartialPath(directory: string, name: NetworkName): string {
  return join(directory, `${name}.partial`);
}

/** The files of a network, none if it is not installed. More than one only after an interrupted replacement. */
export async function findInstalledFiles(directory: string, name: NetworkName): Promise<string[]> {
  const files = await ignoreMissing(readdir(directory));
  return (files ?? []).filter(
    (file) => file.startsWith(`${name}.`) && /^[^.]+\.[0-9a-f]{12}\.onnx$/.test(file),
  );
}

/** The network that `models use` chose for alpha mode `auto`; undefined if none. */
export async function readUsedNetwork(directory: string): Promise<NetworkName | undefined> {
  const text = (await ignoreMissing(readFile(join(directory, 'used'), 'utf8')))?.trim();
  if (text === undefined) return undefined;
  const name = networkNames.find((known) => known === text);
  if (name === undefined) {
    throw new Error(
      `${join(directory, 'used')} must name one of ${networkNames.join(', ')}; it holds ${JSON.stringify(text)}`,
    );
  }
  return name;
}

/** Chooses the network of alpha mode `auto`, in one step; `undefined` is none. */
export async function writeUsedNetwork(directory: string, name: NetworkName | undefined): Promise<void> {
  const path = join(directory, 'used');
  if (name === undefined) return rm(path, { force: true });
  await mkdir(directory, { recursive: true });
  const draft = `${path}.${randomBytes(6).toString('hex')}`;
  await writeFile(draft, `${name}\n`);
  await rename(draft, path);
}

/** The network that `models use` chose, with the settings that come with its name; undefined if none. */
export async function readUsedModel(directory: string): Promise<MatteModel | undefined> {
  const name = await readUsedNetwork(directory);
  if (name === undefined) return undefined;
  const [file = `${name}.onnx`] = await findInstalledFiles(directory, name);
  return toMatteModel(directory, name, file);
}

export function toMatteModel(directory: string, name: NetworkName, file: string): MatteModel {
  const { input, output } = getKnownNetwork(name);
  return { path: join(directory, file), input, output };
}
