import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { choice, InvalidArgumentError, type Program } from '@restage/cli-kit';
import { failWith, isFailure } from '@restage/errors';
import type { ExecuteLocal, Report } from '../command-line/report.ts';
import type { NetworkFailure } from '../models/failure.ts';
import { getKnownNetwork, type NetworkName, networkNames } from '../models/known-networks.ts';
import { formatMegabytes, printProgress } from '../models/print-progress.ts';
import { pullNetwork } from '../models/pull.ts';
import {
  findInstalledFiles,
  getModelsDirectory,
  getPartialPath,
  readUsedNetwork,
  toMatteModel,
  writeUsedNetwork,
} from '../models/store.ts';
import type { BundlePaths } from '../paths.ts';
import { createEngine } from '../services/engine.ts';
import type { ServerSettings } from '../settings/settings.ts';

/** `restage-server models …`: they need no database. */
export function addModels(program: Program, execute: ExecuteLocal): void {
  const models = program.command('models').description('Manage the networks that find the subject');
  models
    .command('list')
    .description('List the known networks, and what is installed and used')
    .action(() => execute(listNetworks));
  models
    .command('pull')
    .description("Download a network, check it, and show its licence; continues a download that didn't end")
    .argument('<name>', '', choice(networkNames))
    .option('--from <file or URL>', 'get it from there instead of its publisher')
    .option('--sha256 <hex>', 'the SHA-256 that the file must have, instead of the known one', parseSha256)
    .action((name, { from, sha256 }) =>
      execute(async (settings) => {
        const directory = getModelsDirectory(settings);
        const pulled = await pullNetwork(directory, name, { from, sha256, onProgress: printProgress(name) });
        if (isFailure(pulled)) return pulled;
        const { source, licence, licenceNote, licenceUrl } = getKnownNetwork(name);
        return {
          kind: 'record',
          record: {
            name,
            path: join(directory, pulled.file),
            sha256: pulled.sha256,
            source,
            licence,
            licenceNote,
            licenceUrl,
          },
          note: `${pulled.isNew ? 'Installed' : 'It was installed already'}. For alpha mode auto: restage-server models use ${name}`,
        };
      }),
    );
  models
    .command('use')
    .description('Use a network for alpha mode auto from the next job on, or none')
    .argument('<name>', 'a network, or none', choice([...networkNames, 'none']))
    .action((name) =>
      execute((settings, bundle) =>
        name === 'none' ? stopUsing(settings) : startUsing(settings, name, bundle),
      ),
    );
  models
    .command('remove')
    .description('Delete a network from the data directory')
    .argument('<name>', '', choice(networkNames))
    .option('--force', 'also if it is used; auto then works without one')
    .action((name, { force }) => execute((settings) => removeNetwork(settings, name, force === true)));
}

function parseSha256(received: string): string {
  if (/^[0-9a-f]{64}$/i.test(received)) return received.toLowerCase();
  throw new InvalidArgumentError('must be 64 hexadecimal digits');
}

async function listNetworks(settings: ServerSettings): Promise<Report> {
  const directory = getModelsDirectory(settings);
  const used = await readUsedNetwork(directory);
  const override = settings.RESTAGE_MATTE_MODEL;
  const rows = networkNames.map(async (name) => {
    const { goodFor, bytes, secondsPerFrame = null, isVerified, ...network } = getKnownNetwork(name);
    const [file] = await findInstalledFiles(directory, name);
    const usedState = override === undefined ? 'used' : 'overridden';
    return {
      name,
      state: name === used ? usedState : file === undefined ? 'available' : 'installed',
      size: formatMegabytes(bytes),
      verified: isVerified,
      secondsPerFrame,
      goodFor,
      bytes,
      ...network,
      path: file === undefined ? null : join(directory, file),
    };
  });
  const notes = [
    'Verified: run with Restage. The others have settings and checksums as published. Seconds are those of one core.',
    ...(override === undefined ? [] : [`RESTAGE_MATTE_MODEL is set, and auto uses its network: ${override}`]),
  ];
  return {
    kind: 'list',
    name: 'networks',
    rows: await Promise.all(rows),
    columns: ['name', 'state', 'size', 'verified', 'secondsPerFrame', 'licence', 'goodFor'],
    emptyText: '',
    note: notes.join('\n'),
  };
}

async function startUsing(
  settings: ServerSettings,
  name: NetworkName,
  bundle: BundlePaths,
): Promise<Report | NetworkFailure> {
  const directory = getModelsDirectory(settings);
  const [file] = await findInstalledFiles(directory, name);
  if (file === undefined) return notInstalled(name);
  const engine = createEngine(settings, bundle, async () => toMatteModel(directory, name, file));
  try {
    const unusable = await engine.check();
    if (unusable) return failWith('NETWORK_UNUSABLE', `${name} can't be used: ${unusable.message}`);
  } finally {
    await engine.close();
  }
  await writeUsedNetwork(directory, name);
  return toUsed(settings, name);
}

async function stopUsing(settings: ServerSettings): Promise<Report> {
  await writeUsedNetwork(getModelsDirectory(settings), undefined);
  return toUsed(settings, null);
}

function toUsed(settings: ServerSettings, used: NetworkName | null): Report {
  const override = settings.RESTAGE_MATTE_MODEL;
  return {
    kind: 'record',
    record: { used },
    note:
      override === undefined
        ? `Jobs that start from now on use ${used ?? 'none'}, on every server with this data directory.`
        : `RESTAGE_MATTE_MODEL is set here, and a server with it uses that network instead: ${override}`,
  };
}

async function removeNetwork(
  settings: ServerSettings,
  name: NetworkName,
  isForced: boolean,
): Promise<Report | NetworkFailure> {
  const directory = getModelsDirectory(settings);
  const files = await findInstalledFiles(directory, name);
  await rm(getPartialPath(directory, name), { force: true });
  if (files.length === 0) return notInstalled(name);
  if ((await readUsedNetwork(directory)) === name) {
    if (!isForced) {
      return failWith(
        'NETWORK_IN_USE',
        `${name} is used for alpha mode auto. Run first: restage-server models use none. Or pass --force.`,
      );
    }
    await writeUsedNetwork(directory, undefined);
  }
  for (const file of files) await rm(join(directory, file));
  return { kind: 'record', record: { removed: name } };
}

function notInstalled(name: NetworkName): NetworkFailure {
  return failWith(
    'NETWORK_NOT_INSTALLED',
    `${name} is not installed. Run: restage-server models pull ${name}`,
  );
}
