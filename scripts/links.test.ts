import { existsSync, globSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));
const pages = globSync('{*,.github/*,docs/*,docs/adr/*,bench/*,packages/*/*,apps/*/*,examples/*/*}.md', {
  cwd: root,
});

/** A page's text without its code, in which nothing is a link or a heading. */
function readProse(page: string): string {
  return readFileSync(join(root, page), 'utf8')
    .replaceAll(/^```.*?^```$/gms, '')
    .replaceAll(/`[^`\n]*`\]\(/g, '](');
}

/** The anchors that GitHub gives a page's headings. */
function readAnchors(page: string): Set<string> {
  const headings = readFileSync(join(root, page), 'utf8')
    .replaceAll(/^```.*?^```$/gms, '')
    .matchAll(/^#+ (.*)$/gm);
  return new Set(
    [...headings].map(([, text = '']) =>
      text
        .toLowerCase()
        .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
        .replaceAll(' ', '-'),
    ),
  );
}

/** A page's links to files of the repository. Those that begin with a slash are paths of a server. */
function findLinks(page: string): string[] {
  const targets = [...readProse(page).matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = '']) => target);
  return targets.filter((target) => !/^(?:[a-z]+:|\/)/.test(target));
}

/** Why a link leads nowhere; undefined, if it leads somewhere. */
function explainBroken(page: string, link: string): string | undefined {
  const [path = '', anchor] = link.split('#');
  const target = path === '' ? page : relative(root, join(root, dirname(page), path));
  if (target.startsWith('..') || !existsSync(join(root, target))) return `there is no ${target}`;
  if (anchor === undefined || statSync(join(root, target)).isDirectory()) return undefined;
  return readAnchors(target).has(anchor) ? undefined : `${target} has no heading #${anchor}`;
}

test('every link between the Markdown files of the repository leads to a file and a heading', () => {
  const links = pages.flatMap((page) => findLinks(page).map((link) => ({ page, link })));
  expect(links.length).toBeGreaterThan(50);
  const broken = links.flatMap(({ page, link }) => {
    const reason = explainBroken(page, link);
    return reason === undefined ? [] : [`${page}: ${link}: ${reason}`];
  });
  expect(broken).toEqual([]);
});
