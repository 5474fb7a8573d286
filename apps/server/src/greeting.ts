import type { RunningServer } from './serve.ts';

/** What a person reads once the server serves: the key, on the first start, and what to do next. */
export function greeting(server: RunningServer): string {
  const { role, url, firstKey } = server;
  if (role === 'worker') return `\nRestage works, and answers on ${url}/readyz\n\nStop:  Ctrl-C\n`;
  const lines = ['', `Restage serves on ${url}`, ''];
  if (firstKey !== undefined) {
    lines.push(
      'Your API key, shown this once:',
      '',
      firstKey,
      '',
      'Restage a picture (in this folder, in another terminal):',
      '',
      firstCall(url, firstKey),
      '',
      'See it done, with the links to its pictures:',
      '',
      `curl -s '${url}/v1/switchx/generations?limit=1' -H 'x-api-key: ${firstKey}'`,
      '',
    );
  }
  lines.push(`Docs:  ${url}/docs`, 'Stop:  Ctrl-C', '');
  return lines.join('\n');
}

/** One curl that starts a job, with the sample and its matte inside the request. */
function firstCall(url: string, key: string): string {
  return [
    `(printf '{"generation_type":"image","prompt":"golden hour on a beach","source_uri":"data:image/jpeg;base64,'`,
    `  base64 < samples/subject.jpg | tr -d '\\n'; printf '","alpha_mode":"custom","alpha_uri":"data:image/png;base64,'`,
    `  base64 < samples/matte.png | tr -d '\\n'; printf '"}') |`,
    `  curl -s ${url}/v1/switchx/generations -H 'x-api-key: ${key}' -d @-`,
  ].join('\n');
}
