import { pathToFileURL } from 'node:url';
import { buildConsoleIfStale } from '../apps/console/build/build.ts';
import { findLaunchChain, isIntact } from '../apps/server/src/startup/launcher.ts';
import { bundle } from './bundle.ts';

// Bundled, the server starts in a third of the time and memory. It runs in this process, so that signals reach it.
const launchChain = findLaunchChain();
const server = await bundle();
try {
  await buildConsoleIfStale();
} catch (error) {
  console.error('The console could not be built; the API works without it.', error);
}
// From here on the server watches what launched it.
if (!isIntact(launchChain)) process.exit(1);
process.setSourceMapsEnabled(true);
process.argv = [process.execPath, server, 'serve'];
await import(pathToFileURL(server).href);
