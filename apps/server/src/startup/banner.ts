import type { RunningServer } from './serve.ts';

/**
 * The text for the terminal once the server is up: on the first start with the API key and a first call.
 * @param samples the folder of the sample pictures; without it, they are expected in the current folder
 */
export function startupBanner({ role, url, firstKey, consoleLink }: RunningServer, samples?: string): string {
  if (role === 'worker') return `\nWorker running; health at ${url}/readyz\n\nStop:  Ctrl-C\n`;
  const lines = ['', `Restage serves on ${url}`, ''];
  if (firstKey !== undefined) {
    lines.push(
      'Your API key (shown only once):',
      '',
      firstKey,
      '',
      ...(consoleLink === undefined
        ? []
        : [`Console: ${consoleLink} (signs in once, within 10 minutes)`, '']),
      `Restage a picture (${samples === undefined ? 'from this folder, ' : ''}in another terminal):`,
      '',
      formatFirstCall(url, firstKey, samples),
      '',
      'See the job and the links to its pictures:',
      '',
      `curl -s '${url}/v1/switchx/generations?limit=1' -H 'x-api-key: ${firstKey}'`,
      '',
    );
  }
  lines.push(`Docs:  ${url}/docs`, 'Stop:  Ctrl-C', '');
  return lines.join('\n');
}

/** A curl command that starts a job with the sample picture and its matte. */
function formatFirstCall(url: string, key: string, samples = 'samples'): string {
  const sample = (name: string) => quoteForShell(`${samples}/${name}`);
  return [
    `(printf '{"generation_type":"image","prompt":"golden hour on a beach","source_uri":"data:image/jpeg;base64,'`,
    `  base64 < ${sample('subject.jpg')} | tr -d '\\n'; printf '","alpha_mode":"custom","alpha_uri":"data:image/png;base64,'`,
    `  base64 < ${sample('matte.png')} | tr -d '\\n'; printf '"}') |`,
    `  curl -s ${url}/v1/switchx/generations -H 'x-api-key: ${key}' -d @-`,
  ].join('\n');
}

/** A path as a word of a shell, in quotes only if it needs them. */
function quoteForShell(path: string): string {
  return /^[\w@%+=:,./-]+$/.test(path) ? path : `'${path.replaceAll("'", `'\\''`)}'`;
}
