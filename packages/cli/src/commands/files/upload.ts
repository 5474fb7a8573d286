import type { Program } from '@restage/cli-kit';
import type { Execute } from '../../context.ts';
import { Progress } from '../../progress.ts';

/** `restage upload`: uploads a file that several jobs can use. */
export function addUpload(program: Program, execute: Execute): void {
  program
    .command('upload')
    .description('Upload a file and print its URI for jobs')
    .argument('<file>', 'path of the file; "-" reads standard input')
    .action((file) =>
      execute(async ({ restage, terminal, isJson }) => {
        const progress = new Progress(terminal, isJson);
        try {
          const { id, beeble_uri } = await restage.uploads.upload(file === '-' ? terminal.stdin : file, {
            signal: terminal.signal,
            onProgress: (sent) => progress.upload(file, sent),
          });
          return { data: { id, beeble_uri }, text: beeble_uri };
        } finally {
          progress.end();
        }
      }),
    );
}
