import { writeFile } from 'node:fs/promises';
import { generatedFiles } from './generated-files.ts';

for (const { url, render } of generatedFiles) await writeFile(url, render());
