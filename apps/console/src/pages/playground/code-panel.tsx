import type { GenerationsStartInput } from '@restage/sdk';
import { useState } from 'react';
import { CopyButton } from '../../ui/copy-button.tsx';
import { cx } from '../../ui/cx.ts';
import { type Language, toCode } from './to-code.ts';

const languages: Readonly<Record<Language, string>> = {
  curl: 'curl',
  sdk: 'TypeScript',
  cli: 'Command line',
};

/** The form's call as code. */
export function CodePanel({ input }: { readonly input: GenerationsStartInput }) {
  const [language, setLanguage] = useState<Language>('curl');
  const code = toCode(language, input, location.origin);
  return (
    <div className="overflow-hidden rounded-lg border border-line">
      <div className="flex items-center justify-between gap-3 border-b border-line bg-sunken py-1 pr-1.5 pl-2">
        <fieldset className="flex">
          <legend className="sr-only">Language</legend>
          {(Object.keys(languages) as Language[]).map((value) => (
            <button
              key={value}
              type="button"
              aria-pressed={language === value}
              onClick={() => setLanguage(value)}
              className={cx(
                'h-7 rounded-md px-2.5 text-sm font-medium',
                language === value ? 'text-text' : 'text-muted hover:text-text',
              )}
            >
              {languages[value]}
            </button>
          ))}
        </fieldset>
        <CopyButton text={code} label="Copy the code" hasText />
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
      <pre tabIndex={0} className="overflow-x-auto p-4 text-sm leading-6">
        <code>{code}</code>
      </pre>
    </div>
  );
}
