import { catalog, type ErrorCode, errorCodes } from '@restage/errors';
import { html } from 'hono/html';
import { prose } from './html.ts';

/** The page that `link` headers of errors point into: every code with its meaning and its resolution. */
export function errorsPage() {
  const tier = (wanted: 'core' | 'extended') => errorCodes.filter((code) => catalog[code].tier === wanted);
  return html`<h1>Errors</h1>
<p>Every error has the body <code>{"error": {"message": "…", "code": "…"}}</code> and no other field. The request id, the offending parameter and the time to wait travel in headers: <code>x-request-id</code>, <code>x-error-param</code>, <code>retry-after</code>.</p>
<h2>Core codes</h2>${table(tier('core'))}
<h2>Extended codes</h2><p>What the core does not name.</p>${table(tier('extended'))}`;
}

function table(codes: readonly ErrorCode[]) {
  return html`<div class="table"><table><thead><tr><th>Code</th><th>HTTP</th><th>Meaning and resolution</th><th>Retry</th></tr></thead><tbody>
${codes.map((code) => {
  const { status, meaning, resolution, retryable } = catalog[code];
  return html`<tr id="${code}"><td><a href="#${code}"><code>${code}</code></a></td><td>${status}</td><td>${prose(meaning)}<br><span class="muted">${prose(resolution)}</span></td><td>${retryable ? 'yes' : 'no'}</td></tr>`;
})}</tbody></table></div>`;
}
