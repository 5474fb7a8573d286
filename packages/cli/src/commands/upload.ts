import { command } from '../command.ts';
import { Progress } from '../progress.ts';

/** `restage upload`: a file up, for several jobs to use. */
export const upload = command({
  summary: 'upload a file, or - for standard input, and print the URI that jobs know it by',
  operands: ['<file>'],
  options: {},
  async run({ restage, terminal, quiet }, [file = '']) {
    const progress = new Progress(terminal, quiet);
    try {
      const { id, beeble_uri } = await restage.uploads.upload(file === '-' ? terminal.stdin : file, {
        signal: terminal.signal,
        onProgress: (sent) => progress.upload(file, sent),
      });
      return { data: { id, beeble_uri }, text: beeble_uri };
    } finally {
      progress.end();
    }
  },
});
