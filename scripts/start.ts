import { fileURLToPath, pathToFileURL } from 'node:url';
import { bundle, programs } from './bundle.ts';

// Bundled, the server is up in a third of the time and memory. It runs in this very process, so that
// signals reach it directly.
await bundle();
const server = fileURLToPath(new URL(`../${programs.server.output}`, import.meta.url));
process.setSourceMapsEnabled(true);
process.argv = [process.execPath, server, 'serve'];
await import(pathToFileURL(server).href);
