// Run by every runtime, and so in plain JavaScript that leans on what all of them have.

/**
 * Uses the SDK as a program would.
 * @param {typeof import('@restage/sdk')} sdk
 * @param {{ url: string, key: string, testKey: string, closed: string, path?: string }} place
 * @returns {Promise<string[]>} what did not go as it should; nothing, it is hoped
 */
export async function tryOut(sdk, place) {
  const { Restage, RestageError, safe, verifyWebhook } = sdk;
  const restage = new Restage({ apiKey: place.key, baseUrl: place.url });
  const test = new Restage({ apiKey: place.testKey, baseUrl: place.url, maxRetries: 0 });
  /** @type {string[]} */
  const wrong = [];
  /** @type {(what: string, holds: boolean) => void} */
  const check = (what, holds) => {
    if (!holds) wrong.push(what);
  };

  const source = await picture(place);
  /** @type {string[]} */
  const steps = [];
  const done = await restage.run(
    { source, prompt: 'golden hour on a beach', alpha_mode: 'fill', max_resolution: 720 },
    {
      onProgress: (progress) => {
        steps.push(progress.step === 'job' ? progress.job.status : progress.step);
      },
    },
  );
  check(`run completes (${steps})`, steps[0] === 'upload' && steps.at(-1) === 'completed');
  const bytes = await done.render.bytes();
  check('the render is a PNG', String.fromCharCode(...bytes.subarray(1, 4)) === 'PNG');
  const streamed = new Uint8Array(await new Response(await done.render.stream()).arrayBuffer());
  check('it streams', streamed.length === bytes.length);
  const stream = new Blob([await (await fetch(done.source.url)).arrayBuffer()]).stream();
  const again = await restage.uploads.upload(stream);
  check('a stream is uploaded', again.beeble_uri.endsWith('/footage.png'));

  const upload = await restage.uploads.create({ filename: 'picture.png' });
  /** @type {number[]} */
  const sent = [];
  await restage.uploads.put(upload, bytes, { onProgress: (progress) => sent.push(progress.sent) });
  const isRising = sent.every((count, index) => count >= (sent[index - 1] ?? 0));
  check(`progress ends with all (${sent})`, isRising && sent[0] === 0 && sent.at(-1) === bytes.length);
  const onProgress = () => {};
  const altered = { upload_url: `${upload.upload_url}x` };
  const refused = await safe(restage.uploads.put(altered, bytes, { onProgress }));
  check(`an upload's code (${refused.error?.code})`, refused.error?.code === 'INVALID_SIGNATURE');
  const nowhere = { upload_url: `${place.closed}/upload` };
  const cut = await safe(restage.uploads.put(nowhere, bytes, { onProgress, maxRetries: 0 }));
  check(`an upload to nobody (${cut.error?.code})`, cut.error?.code === 'CONNECTION_FAILED');
  const stop = new AbortController();
  const stopped = await safe(
    restage.uploads.put(upload, bytes, { signal: stop.signal, onProgress: () => stop.abort() }),
  );
  check(`an upload is aborted (${stopped.error?.code})`, stopped.error?.code === 'ABORTED');

  if (place.path) {
    const fromFile = await restage.uploads.upload(place.path, { onProgress: ({ sent }) => void sent });
    check('a file is uploaded', fromFile.beeble_uri.endsWith('.jpg'));
    await done.render.save(`${place.path}.png`);
  }

  /** @type {string[]} */
  const seen = [];
  for await (const { status } of restage.generations.watch(done.job.id)) seen.push(status);
  check(`watch tells the end (${seen})`, seen.join() === 'completed');
  for await (const { id } of restage.generations.list({ limit: 1 })) {
    check('list begins with the newest', id === done.job.id);
    break;
  }

  const missing = await safe(restage.generations.get('swx_1'));
  check(`a code (${missing.error?.code})`, missing.error?.code === 'JOB_NOT_FOUND');
  check('an error is known', RestageError.isInstance(missing.error));
  check('its request id', /^req_/.test(missing.error?.requestId ?? ''));
  check('its page', missing.error?.docUrl?.endsWith('/errors#JOB_NOT_FOUND') ?? false);
  // From a header, which a browser shows only where the server lets it.
  const limited = await safe(test.account.info({ simulate: 'RATE_LIMIT_EXCEEDED' }));
  check(`retry-after is read (${limited.error?.retryAfter})`, limited.error?.retryAfter === 1);
  const bad = await safe(restage.generations.wait('swx_1'));
  check(`an event stream's code (${bad.error?.code})`, bad.error?.code === 'JOB_NOT_FOUND');

  const controller = new AbortController();
  const stalled = safe(
    restage.run({ source, prompt: 'snow', alpha_mode: 'fill' }, { signal: controller.signal }),
  );
  setTimeout(() => controller.abort(), 30);
  const aborted = await stalled;
  check(`abort (${aborted.error?.code})`, aborted.ok || aborted.error.code === 'ABORTED');
  const nobody = new Restage({ apiKey: 'rsk_x', baseUrl: place.closed, maxRetries: 1, retryDelayMs: 5 });
  const lost = await safe(nobody.account.info());
  check(`no server (${lost.error?.code})`, lost.error?.code === 'CONNECTION_FAILED');

  const event = await verifyWebhook(await signedWebhook());
  check('a webhook is verified', event.status === 'failed');
  const forged = await safe(verifyWebhook({ ...(await signedWebhook()), secret: 'whsec_AAAA' }));
  check('a forged one is not', forged.error?.code === 'INVALID_WEBHOOK');
  return wrong;
}

/** @param {{ url: string, key: string }} place */
async function picture({ url, key }) {
  // Something that the server itself serves, so that a page needs no files.
  const answer = await fetch(`${url}/docs/images/restaged.jpg`);
  if (!answer.ok || !key) throw new Error(`no picture: ${answer.status}`);
  return new Uint8Array(await answer.arrayBuffer());
}

async function signedWebhook() {
  const body = JSON.stringify({ id: 'swx_1', status: 'failed', error: 'why', completed_at: null });
  const timestamp = String(Math.floor(Date.now() / 1000));
  const raw = new TextEncoder().encode('a secret of twenty-four b');
  const algorithm = { name: 'HMAC', hash: 'SHA-256' };
  const key = await crypto.subtle.importKey('raw', raw, algorithm, false, ['sign']);
  const mac = await crypto.subtle.sign('HMAC', key, new TextEncoder().encode(`msg_1.${timestamp}.${body}`));
  /** @param {Uint8Array} bytes */
  const base64 = (bytes) => btoa(String.fromCharCode(...bytes));
  return {
    body,
    secret: `whsec_${base64(raw)}`,
    headers: {
      'webhook-id': 'msg_1',
      'webhook-timestamp': timestamp,
      'webhook-signature': `v1,${base64(new Uint8Array(mac))}`,
    },
  };
}
