import { ChevronRight } from 'lucide-react';
import { useRef } from 'react';
import type { ShownError } from '../../api/errors.ts';
import { cx } from '../../ui/cx.ts';
import { Field, Textarea } from '../../ui/field.tsx';
import { formatNumber } from '../../ui/format.ts';
import { setPlaygroundState } from './state.ts';
import { completePrompt, findCompletions, hasPhrase, suggestions, togglePhrase } from './suggestions.ts';

const maxLength = 2000;

interface PromptFieldProps {
  readonly prompt: string;
  readonly error: ShownError | undefined;
}

/** The scene in words, with words that the engine understands to choose from. */
export function PromptField({ prompt, error }: PromptFieldProps) {
  const textarea = useRef<HTMLTextAreaElement>(null);
  const set = (next: string) => setPlaygroundState({ prompt: next });
  const completions = findCompletions(prompt);
  const length = [...prompt].length;
  return (
    <div className="flex flex-col gap-2">
      <Field
        label="Prompt"
        error={error}
        aside={
          length > maxLength * 0.8 && (
            <span className="text-xs text-faint tabular-nums">
              {formatNumber(length)} of {formatNumber(maxLength)}
            </span>
          )
        }
      >
        {(control) => (
          <Textarea
            {...control}
            ref={textarea}
            rows={3}
            value={prompt}
            onChange={(event) => set(event.target.value)}
            placeholder="A beach at golden hour, soft light"
          />
        )}
      </Field>
      {completions.length > 0 && (
        <ul aria-label="Completions" className="flex flex-wrap gap-1.5">
          {completions.map((phrase) => (
            <li key={phrase}>
              <Chip
                onClick={() => {
                  set(completePrompt(prompt, phrase));
                  textarea.current?.focus();
                }}
              >
                {phrase}
              </Chip>
            </li>
          ))}
        </ul>
      )}
      <details className="group text-sm">
        <summary className="flex w-fit items-center gap-1 rounded text-xs font-medium text-muted hover:text-text [&::-webkit-details-marker]:hidden">
          <ChevronRight aria-hidden className="size-3.5 transition-transform group-open:rotate-90" />
          Words the engine knows
        </summary>
        <dl className="mt-2 flex flex-col gap-2">
          {Object.entries(suggestions).map(([kind, phrases]) => (
            <div key={kind} className="grid grid-cols-[4rem_1fr] gap-2">
              <dt className="pt-1 text-xs text-faint">{kind}</dt>
              <dd className="flex flex-wrap gap-1.5">
                {phrases.map((phrase) => (
                  <Chip
                    key={phrase}
                    isPressed={hasPhrase(prompt, phrase)}
                    onClick={() => set(togglePhrase(prompt, phrase))}
                  >
                    {phrase}
                  </Chip>
                ))}
              </dd>
            </div>
          ))}
        </dl>
      </details>
    </div>
  );
}

interface ChipProps {
  readonly isPressed?: boolean;
  readonly onClick: () => void;
  readonly children: string;
}

function Chip({ isPressed, onClick, children }: ChipProps) {
  return (
    <button
      type="button"
      aria-pressed={isPressed}
      onClick={onClick}
      className={cx(
        'h-6 rounded-full border px-2.5 text-xs transition-colors',
        isPressed
          ? 'border-transparent bg-accent-soft font-medium text-accent'
          : 'border-line bg-surface text-muted hover:border-line-strong hover:text-text',
      )}
    >
      {children}
    </button>
  );
}
