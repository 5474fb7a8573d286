// The program of runtimes that are started by a command: its one argument is the place, as JSON.
import * as sdk from '@restage/sdk';
import { tryOut } from './program.js';

const words = globalThis.Deno?.args ?? process.argv.slice(2);
console.log(JSON.stringify(await tryOut(sdk, JSON.parse(words[0]))));
