import { CircleAlert, ExternalLink, RotateCw } from 'lucide-react';
import type { ReactNode } from 'react';
import { getDocsPath, getResolution, toShownError } from '../api/errors.ts';
import { Button } from './button.tsx';
import { CopyButton } from './copy-button.tsx';
import { Prose } from './prose.tsx';

interface ErrorPanelProps {
  readonly error: unknown;
  /** What didn't work: "The jobs can't be shown". */
  readonly title?: string;
  readonly onRetry?: () => void;
  readonly isRetrying?: boolean;
  /** More to do about it. */
  readonly children?: ReactNode;
}

/** An error with its code, what to do about it, the id of its request, and its docs. */
export function ErrorPanel({ error, title, onRetry, isRetrying = false, children }: ErrorPanelProps) {
  const { code, message, param, requestId } = toShownError(error);
  const docs = getDocsPath(code);
  return (
    <div role="alert" className="flex gap-3 rounded-xl border border-danger/35 bg-danger-soft p-4">
      <CircleAlert aria-hidden className="mt-0.5 size-5 shrink-0 text-danger" />
      <div className="min-w-0 flex-1">
        {title !== undefined && <p className="font-semibold">{title}</p>}
        <p className={title === undefined ? 'font-semibold' : undefined}>
          <Prose>{message}</Prose>
        </p>
        <p className="mt-1 text-muted">
          <Prose>{getResolution(code)}</Prose>
        </p>
        <dl className="mt-2.5 flex flex-wrap items-center gap-x-4 gap-y-1 text-xs text-muted">
          <Detail name="Code">{code}</Detail>
          {param !== undefined && <Detail name="Parameter">{param}</Detail>}
          {requestId !== undefined && (
            <Detail
              name="Request"
              aside={<CopyButton text={requestId} label="Copy the request id" className="-my-2" />}
            >
              {requestId}
            </Detail>
          )}
        </dl>
        {(docs || onRetry || children) && (
          <div className="mt-3 flex flex-wrap items-center gap-x-3 gap-y-2">
            {onRetry && (
              <Button
                size="small"
                isBusy={isRetrying}
                onClick={onRetry}
                icon={<RotateCw aria-hidden className="size-3.5" />}
              >
                Try again
              </Button>
            )}
            {children}
            {docs && (
              <a
                href={docs}
                target="_blank"
                rel="noreferrer"
                className="inline-flex items-center gap-1 text-sm font-medium underline underline-offset-2"
              >
                Docs of {code}
                <ExternalLink aria-hidden className="size-3.5" />
              </a>
            )}
          </div>
        )}
      </div>
    </div>
  );
}

function Detail({
  name,
  aside,
  children,
}: {
  readonly name: string;
  readonly aside?: ReactNode;
  readonly children: ReactNode;
}) {
  return (
    <div className="flex max-w-full min-w-0 items-center gap-1.5">
      <dt>{name}</dt>
      <dd className="flex min-w-0 items-center gap-1 font-mono text-text">
        <span className="truncate">{children}</span>
        {aside}
      </dd>
    </div>
  );
}
