import type { ShownError } from '../../api/errors.ts';
import { cx } from '../../ui/cx.ts';
import { Field, Input } from '../../ui/field.tsx';
import { MediaField } from './media-field.tsx';
import { type AlphaMode, type PlaygroundState, setPlaygroundState } from './state.ts';

const modes: Readonly<Record<AlphaMode, { readonly label: string; readonly description: string }>> = {
  auto: { label: 'Auto', description: 'The engine finds the subject.' },
  fill: { label: 'Fill', description: 'The whole frame is the subject: only its light changes.' },
  custom: { label: 'Custom', description: 'Your own matte decides: white is the subject.' },
  select: { label: 'Select', description: 'Your matte of one frame is carried through the video.' },
};

interface SubjectFieldProps {
  readonly state: PlaygroundState;
  readonly error: ShownError | undefined;
  readonly keyframeError: ShownError | undefined;
}

/** What of the source stays: found, everything, or by a matte. */
export function SubjectField({ state: { mode, matte, keyframe }, error, keyframeError }: SubjectFieldProps) {
  return (
    <div className="flex flex-col gap-2.5">
      <fieldset>
        <legend className="mb-1.5 text-sm font-medium">Subject</legend>
        <div className="grid grid-cols-4 rounded-lg border border-line bg-sunken p-0.5">
          {(Object.keys(modes) as AlphaMode[]).map((value) => (
            <label
              key={value}
              className={cx(
                'grid h-8 cursor-pointer place-items-center rounded-md text-sm font-medium has-[input:focus-visible]:outline-2 has-[input:focus-visible]:outline-accent',
                mode === value ? 'bg-raised text-text shadow-low' : 'text-muted hover:text-text',
              )}
            >
              <input
                type="radio"
                name="mode"
                value={value}
                checked={mode === value}
                onChange={() => setPlaygroundState({ mode: value })}
                className="sr-only"
              />
              {modes[value].label}
            </label>
          ))}
        </div>
        <p className="mt-1.5 text-xs text-faint">
          {modes[mode].description}
          {mode === 'auto' && (
            <>
              {' On photographs, '}
              <a
                href="/docs/engine#networks-for-the-matte"
                target="_blank"
                rel="noreferrer"
                className="underline"
              >
                a network
              </a>
              {' finds it better.'}
            </>
          )}
        </p>
      </fieldset>
      <MediaField
        slot="matte"
        label="Matte"
        media={matte}
        error={error}
        invitation="Drop a grayscale picture or video, or browse"
      />
      {mode === 'select' && (
        <Field label="Frame of the matte" error={keyframeError}>
          {(control) => (
            <Input
              {...control}
              inputMode="numeric"
              autoComplete="off"
              value={keyframe}
              onChange={(event) => setPlaygroundState({ keyframe: event.target.value })}
            />
          )}
        </Field>
      )}
    </div>
  );
}
