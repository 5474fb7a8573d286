import { writeFile } from 'node:fs/promises';
import { formatted } from './formatted.ts';
import { renderWire } from './render-wire.ts';

await writeFile(new URL('../src/wire.ts', import.meta.url), formatted(renderWire()));
