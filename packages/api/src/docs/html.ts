import { createHash } from 'node:crypto';
import { html, raw } from 'hono/html';
import { style } from './style.ts';

/** The mark of Restage, as the console shows it. */
const logo = `<svg viewBox="0 0 24 24" aria-hidden="true"><rect width="24" height="24" rx="6" fill="#b5451b"/><path d="M5 17a7 7 0 0 1 14 0z" fill="#ffb48f"/><circle cx="12" cy="8.5" r="3.5" fill="#fff"/></svg>`;

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
<title>${title} · Restage</title><style>${raw(style)}</style></head>
<body><main><p class="menu"><a href="#menu">Menu and search</a></p>${body}</main>
<nav id="menu" aria-label="Docs"><a class="brand" href="/docs">${raw(logo)}Restage</a><form action="/docs/search" role="search"><input type="search" name="q" placeholder="Search" aria-label="Search the docs"></form><a class="console" href="/console">Console</a>${navigation.map(
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
