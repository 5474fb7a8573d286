import { CircleAlert } from 'lucide-react';
import { type ComponentProps, type ReactNode, useId } from 'react';
import { getDocsPath, getResolution, type ShownError } from '../api/errors.ts';
import { cx } from './cx.ts';
import { Prose } from './prose.tsx';

/** What a control must be given, so that its label, description and error belong to it. */
interface ControlProps {
  readonly id: string;
  readonly 'aria-describedby': string | undefined;
  readonly 'aria-invalid': true | undefined;
}

interface FieldProps {
  readonly label: string;
  readonly description?: ReactNode;
  /** A call's error, or a sentence. */
  readonly error?: ShownError | string | undefined;
  /** Beside the label, at the right. */
  readonly aside?: ReactNode;
  readonly className?: string;
  readonly children: (control: ControlProps) => ReactNode;
}

/** A label, a control, its description, and what is wrong with it. */
export function Field({ label, description, error, aside, className, children }: FieldProps) {
  const id = useId();
  const describedBy = cx(description !== undefined && `${id}-description`, error && `${id}-error`);
  return (
    <div className={cx('flex min-w-0 flex-col gap-1.5', className)}>
      <div className="flex items-baseline justify-between gap-3">
        <label htmlFor={id} className="text-sm font-medium">
          {label}
        </label>
        {aside}
      </div>
      {children({
        id,
        'aria-describedby': describedBy || undefined,
        'aria-invalid': error ? true : undefined,
      })}
      {description !== undefined && (
        <p id={`${id}-description`} className="text-xs text-faint">
          {description}
        </p>
      )}
      <div id={`${id}-error`} aria-live="polite" className="empty:hidden">
        {error && <FieldError error={error} />}
      </div>
    </div>
  );
}

/** What is wrong with a field: the message, what to do, and the code with its docs. */
function FieldError({ error }: { readonly error: ShownError | string }) {
  const message = typeof error === 'string' ? error : error.message;
  const code = typeof error === 'string' ? undefined : error.code;
  const docs = code && getDocsPath(code);
  return (
    <div className="flex gap-1.5 text-sm text-danger">
      <CircleAlert aria-hidden className="mt-0.5 size-4 shrink-0" />
      <div className="min-w-0">
        <Prose>{message}</Prose>
        {code && (
          <p className="text-xs text-muted">
            <Prose>{getResolution(code)}</Prose>{' '}
            {docs ? (
              <a href={docs} target="_blank" rel="noreferrer" className="font-mono underline">
                {code}
              </a>
            ) : (
              <code>{code}</code>
            )}
          </p>
        )}
      </div>
    </div>
  );
}

export function Input({ className, ...props }: ComponentProps<'input'>) {
  return <input {...props} className={cx('control', className)} />;
}

export function Textarea({ className, ...props }: ComponentProps<'textarea'>) {
  return <textarea {...props} className={cx('control resize-y', className)} />;
}
