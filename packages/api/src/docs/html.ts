import { createHash } from 'node:crypto';
import { html, raw } from 'hono/html';

const style = `
:root{color-scheme:light dark;--line:color-mix(in srgb,currentColor 18%,transparent);--soft:color-mix(in srgb,currentColor 6%,transparent);--mark:#b4572a}
@media (prefers-color-scheme:dark){:root{--mark:#f0a070}}
*{box-sizing:border-box}body{margin:0 auto;max-width:78rem;padding:2rem 1.25rem 6rem;font:16px/1.6 system-ui,sans-serif}
@media (min-width:60rem){body{display:grid;grid-template-columns:14rem minmax(0,1fr);gap:3rem}nav{position:sticky;top:2rem;align-self:start;max-height:calc(100vh - 4rem);overflow-y:auto}}
h1{font-size:1.9rem;margin:0 0 .25rem}h2{margin:3rem 0 .5rem;padding-top:1rem;border-top:1px solid var(--line);font-size:1.3rem}h3{margin:1.5rem 0 .25rem;font-size:1rem}
a{color:var(--mark)}nav{font-size:.9rem}nav ul{list-style:none;margin:0 0 1rem;padding:0}nav a{text-decoration:none}nav a[aria-current]{color:inherit;font-weight:600}nav strong{font-weight:600}img{max-width:100%;height:auto}
code,pre{font:14px/1.5 ui-monospace,SFMono-Regular,Menlo,monospace}code{background:var(--soft);padding:.1em .3em;border-radius:.25em}
pre{background:var(--soft);padding:.9rem 1rem;border-radius:.5rem;overflow-x:auto}pre code{background:none;padding:0}
.table{overflow-x:auto}table{border-collapse:collapse;width:100%}th,td{text-align:left;vertical-align:top;padding:.45rem .75rem .45rem 0;border-bottom:1px solid var(--line)}th{font-weight:600;white-space:nowrap}td:first-child{white-space:nowrap}
.code{position:relative}.code button{position:absolute;top:.5rem;right:.5rem;padding:.1rem .5rem;font:12px system-ui,sans-serif;color:inherit;background:Canvas;border:1px solid var(--line);border-radius:.3rem;cursor:pointer;opacity:0}.code:hover button,.code button:focus{opacity:1}@media (hover:none){.code button{opacity:.7}}
form{display:flex;margin:0 0 1rem}input{width:100%;font:inherit;padding:.2rem .5rem;border:1px solid var(--line);border-radius:.3rem;background:Canvas;color:inherit}.menu{margin:0 0 1rem}@media (min-width:60rem){.menu{display:none}nav{grid-column:1;grid-row:1}}
.route{font:600 14px ui-monospace,monospace}.muted{opacity:.7}:target{scroll-margin-top:1rem}tr:target,section:target>h2{outline:2px solid var(--mark);outline-offset:4px}
`;

/** Adds a copy button to each code block. The pages work without it. */
const script = `for(const pre of document.querySelectorAll('pre')){const box=document.createElement('div');box.className='code';pre.replaceWith(box);const copy=document.createElement('button');copy.textContent='Copy';copy.onclick=async()=>{await navigator.clipboard.writeText(pre.textContent.trimEnd());copy.textContent='Copied';setTimeout(()=>{copy.textContent='Copy'},1500)};box.append(pre,copy)}`;

/** The source of the pages' only script in a content security policy. */
export const scriptHash = `'sha256-${createHash('sha256').update(script).digest('base64')}'`;

/** The links beside every page, in titled groups. */
export type Navigation = readonly {
  readonly title: string;
  readonly links: readonly { readonly href: string; readonly title: string }[];
}[];

/** The HTML of a page. */
export type Page = ReturnType<typeof html>;

/**
 * Renders a page of the docs. The page loads nothing except images; its only script is inline.
 * @param path the link that the navigation marks as current
 */
export function renderPage(title: string, body: unknown, navigation: Navigation, path: string): Page {
  return html`<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<title>${title} · Restage</title><style>${style}</style></head>
<body><main><p class="menu"><a href="#menu">Menu and search</a></p>${body}</main>
<nav id="menu" aria-label="Docs"><p><a href="/docs"><strong>Restage</strong></a></p><form action="/docs/search" role="search"><input type="search" name="q" placeholder="Search" aria-label="Search the docs"></form>${navigation.map(
    (group) =>
      html`<strong>${group.title}</strong><ul>${group.links.map(
        (link) =>
          html`<li><a href="${link.href}"${link.href === path ? html` aria-current="page"` : ''}>${link.title}</a></li>`,
      )}</ul>`,
  )}</nav><script>${raw(script)}</script></body></html>`;
}

/** Renders text, with \`backticks\` as code. */
export function renderProse(text: string) {
  return text.split('`').map((part, index) => (index % 2 === 1 ? html`<code>${part}</code>` : part));
}
