import { openTransports } from '@restage/testing/support';
import { expect, test } from 'vitest';
import { blackPng } from '../support/uploads.ts';

const { transports, account } = await openTransports({ work: false, settings: { writeRpm: 1000 } });
const { key } = await account();
const small = blackPng(8, 8).toString('base64');
// Large enough to become an attachment.
const large = Buffer.concat([blackPng(8, 8), Buffer.alloc(90_000)]).toString('base64');

test.each([
  ['a name', (data: string) => `data:image/png;name=a.png;base64,${data}`],
  ['a quoted name with a comma', (data: string) => `data:image/png;name="a, b.png";base64,${data}`],
  ['the type of a recording', (data: string) => `data:video/mp4;codecs=avc1.42E01E;base64,${data}`],
  ['several codecs', (data: string) => `data:video/mp4;codecs=avc1.42E01E,mp4a.40.2;base64,${data}`],
  ['an empty charset', (data: string) => `data:image/png;charset=;base64,${data}`],
  ['upper case', (data: string) => `DATA:IMAGE/PNG;NAME=A.PNG;BASE64,${data}`],
  ['percent-encoding', (data: string) => `data:image/png;base64,${encodeURIComponent(data)}`],
  ['line breaks', (data: string) => `data:image/png;base64,\r\n${data.replaceAll(/.{76}/g, '$&\r\n')}\r\n`],
  ['spaces', (data: string) => `data:image/png; base64, ${data.replaceAll(/.{10}/g, '$& ')}`],
])('a data: URI with %s is accepted by every transport', async (_, uri) => {
  for (const source_uri of [uri(small), uri(large)]) {
    for (const transport of transports) {
      const sent = { generation_type: 'image', alpha_mode: 'fill', prompt: 'x', source_uri };
      const outcome = await transport.call('generations.quote', sent, key);
      expect(outcome, transport.name).toMatchObject({ ok: true, output: { width: 8, height: 8 } });
    }
  }
});
