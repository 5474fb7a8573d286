import type { Guide } from './pages/guides.ts';
import { toPlainText } from './search.ts';
import { listGuides } from './site.ts';

/**
 * Lists the docs for programs: each guide as it was written, and at `/llms.txt` the list of them (https://llmstxt.org).
 * @returns the texts, by path
 */
export function listMarkdown(publicUrl: string, guides: readonly Guide[]): ReadonlyMap<string, string> {
  const toPath = ({ slug }: Guide) => `/docs/${slug}.md`;
  const links = listGuides(guides).map(
    (guide) => `- [${guide.title}](${publicUrl}${toPath(guide)}): ${toPlainText(guide.summary)}`,
  );
  const list = `# Restage

> Restages footage: send an image or a video with its subject, and describe a scene. Restage returns the subject, relit and composited into that scene.

## Guides

${links.join('\n')}

## Reference

- [OpenAPI](${publicUrl}/openapi.json): every procedure, with its input, output and error codes
`;
  return new Map([['/llms.txt', list], ...guides.map((guide) => [toPath(guide), guide.markdown] as const)]);
}
