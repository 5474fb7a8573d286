import { catalog, type ErrorCode, errorCodes } from '@restage/errors';
import { html } from 'hono/html';
import { renderProse } from '../html.ts';

/** Renders the page that the `link` headers of errors point to: every code with its meaning and its resolution. */
export function renderErrorsPage() {
  const listCodes = (tier: 'core' | 'extended') => errorCodes.filter((code) => catalog[code].tier === tier);
  return html`<h1>Errors</h1>
<p>Every error has the body <code>{"error": {"message": "…", "code": "…"}}</code> and no other field. The request id, the invalid parameter and the time to wait before a retry are in headers: <code>x-request-id</code>, <code>x-error-param</code>, <code>retry-after</code>.</p>
<h2>Core codes</h2>${renderTable(listCodes('core'))}
<h2>Extended codes</h2><p>Errors that have no core code.</p>${renderTable(listCodes('extended'))}`;
}

function renderTable(codes: readonly ErrorCode[]) {
  return html`<div class="table"><table><thead><tr><th>Code</th><th>Status</th><th>Meaning and resolution</th><th>Retry</th></tr></thead><tbody>
${codes.map((code) => {
  const { status, meaning, resolution, retryable } = catalog[code];
  return html`<tr id="${code}"><td><a href="#${code}"><code>${code}</code></a></td><td>${status}</td><td>${renderProse(meaning)}<br><span class="muted">${renderProse(resolution)}</span></td><td>${retryable ? 'yes' : 'no'}</td></tr>`;
})}</tbody></table></div>`;
}
