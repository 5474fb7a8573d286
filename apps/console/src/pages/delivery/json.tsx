/** JSON, with colours for its kinds of values. */
export function Json({ value, label }: { readonly value: unknown; readonly label: string }) {
  const text = JSON.stringify(value, null, 2);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
    <section aria-label={label} tabIndex={0} className="overflow-x-auto">
      <pre className="p-5 text-sm leading-6">
        <code>
          {splitJson(text).map(({ at, kind, text: part }) => (
            <span key={at} className={colours[kind]}>
              {part}
            </span>
          ))}
        </code>
      </pre>
    </section>
  );
}

type Kind = 'key' | 'string' | 'literal' | 'rest';

const colours: Readonly<Record<Kind, string>> = {
  key: 'text-text',
  string: 'text-ok',
  literal: 'text-info',
  rest: 'text-faint',
};

/** Splits JSON into its keys, its values and what stands between them. */
export function splitJson(text: string): { at: number; kind: Kind; text: string }[] {
  return [...text.matchAll(token)].map(({ 0: part, index, groups = {} }) => ({
    at: index,
    kind: kinds.find((kind) => groups[kind] !== undefined) ?? 'rest',
    text: part,
  }));
}

const kinds = ['key', 'string', 'literal'] as const;
const token = new RegExp(
  [
    String.raw`(?<key>"(?:\\.|[^"\\])*"(?=\s*:))`,
    String.raw`(?<string>"(?:\\.|[^"\\])*")`,
    String.raw`(?<literal>true|false|null|-?\d[\d.eE+-]*)`,
    String.raw`[^"\dtfn-]+`,
  ].join('|'),
  'g',
);
