import { html } from 'hono/html';

const style = `
:root{color-scheme:light dark;--line:color-mix(in srgb,currentColor 18%,transparent);--soft:color-mix(in srgb,currentColor 6%,transparent);--mark:#b4572a}
@media (prefers-color-scheme:dark){:root{--mark:#f0a070}}
*{box-sizing:border-box}body{margin:0 auto;max-width:62rem;padding:2rem 1.25rem 6rem;font:16px/1.6 system-ui,sans-serif}
h1{font-size:1.9rem;margin:0 0 .25rem}h2{margin:3rem 0 .5rem;padding-top:1rem;border-top:1px solid var(--line);font-size:1.3rem}h3{margin:1.5rem 0 .25rem;font-size:1rem}
a{color:var(--mark)}nav{display:flex;gap:1rem;flex-wrap:wrap;margin:1rem 0}
code,pre{font:14px/1.5 ui-monospace,SFMono-Regular,Menlo,monospace}code{background:var(--soft);padding:.1em .3em;border-radius:.25em}
pre{background:var(--soft);padding:.9rem 1rem;border-radius:.5rem;overflow-x:auto}pre code{background:none;padding:0}
.table{overflow-x:auto}table{border-collapse:collapse;width:100%}th,td{text-align:left;vertical-align:top;padding:.45rem .75rem .45rem 0;border-bottom:1px solid var(--line)}th{font-weight:600;white-space:nowrap}td:first-child{white-space:nowrap}
.route{font:600 14px ui-monospace,monospace}.muted{opacity:.7}:target{scroll-margin-top:1rem}tr:target,section:target>h2{outline:2px solid var(--mark);outline-offset:4px}
`;

/** A page of the docs. It loads nothing: no script, no font, no picture from elsewhere. */
export function page(title: string, body: unknown) {
  return html`<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<title>${title} · Restage</title><style>${style}</style></head>
<body><nav><a href="/docs">Reference</a><a href="/errors">Errors</a><a href="/openapi.json">OpenAPI</a></nav>
${body}</body></html>`;
}

/** Text whose \`ticks\` become code. */
export function prose(text: string) {
  return text.split('`').map((part, index) => (index % 2 === 1 ? html`<code>${part}</code>` : part));
}
