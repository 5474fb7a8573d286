import { catalog, type FailureCounts, type LoggedRequest } from '@restage/sdk';
import { ChevronRight, ExternalLink } from 'lucide-react';
import { type ReactNode, useId } from 'react';
import { Link } from 'wouter';
import { getDocsPath } from '../../api/errors.ts';
import { Badge } from '../../ui/badge.tsx';
import { CopyButton } from '../../ui/copy-button.tsx';
import { cx } from '../../ui/cx.ts';
import { formatDuration, formatExactTime, formatNumber } from '../../ui/format.ts';
import { Prose } from '../../ui/prose.tsx';
import { TimeAgo } from '../../ui/time-ago.tsx';
import { type Code, toRequestsPath } from './filters.ts';

interface RequestItemProps {
  readonly request: LoggedRequest;
  readonly counts: FailureCounts | undefined;
  readonly isOpen: boolean;
  readonly onToggle: () => void;
}

/** A call of the log, which opens to what went wrong with it. */
export function RequestItem({ request, counts, isOpen, onToggle }: RequestItemProps) {
  const id = useId();
  const { status, procedure, code, message, duration_ms: durationMs, at } = request;
  return (
    <li className="border-b border-line last:border-0">
      <button
        type="button"
        aria-expanded={isOpen}
        aria-controls={isOpen ? id : undefined}
        onClick={onToggle}
        className={cx(
          'grid w-full grid-cols-[auto_minmax(0,1fr)_auto] items-center gap-x-3 gap-y-0.5 px-5 py-3 text-left hover:bg-sunken/60 focus-visible:-outline-offset-2',
          'md:grid-cols-[auto_3.25rem_12rem_minmax(0,1fr)_5rem_6rem]',
          isOpen && 'bg-sunken/60',
        )}
      >
        <ChevronRight
          aria-hidden
          className={cx('size-4 text-faint transition-transform', isOpen && 'rotate-90')}
        />
        <span className="max-md:order-3">
          <Badge tone={getTone(status)}>{status}</Badge>
        </span>
        <span className="truncate font-mono text-sm max-md:order-2">{procedure}</span>
        <span className="min-w-0 truncate text-sm max-md:order-4 max-md:col-start-2">
          {code === null ? (
            <span className="text-faint">Succeeded</span>
          ) : (
            <>
              <span className="font-mono">{code}</span>
              <span className="ml-2 text-muted max-md:hidden">{message}</span>
            </>
          )}
        </span>
        <span className="text-right text-sm whitespace-nowrap text-faint tabular-nums max-md:hidden">
          {formatDuration(durationMs)}
        </span>
        <span className="text-right text-sm whitespace-nowrap text-muted max-md:order-5">
          <TimeAgo at={at} />
        </span>
      </button>
      {isOpen && (
        <div id={id} className="bg-sunken/60 px-5 pt-1 pb-5 md:pl-12">
          {code !== null && <Explanation request={request} code={code} counts={counts} />}
          <Facts request={request} />
        </div>
      )}
    </li>
  );
}

function getTone(status: number) {
  if (status < 400) return 'ok';
  return status < 500 ? 'warn' : 'danger';
}

interface ExplanationProps {
  readonly request: LoggedRequest;
  readonly code: Code;
  readonly counts: FailureCounts | undefined;
}

/** What went wrong, what its code means, what to do about it, and how often it happened. */
function Explanation({ request: { message, param }, code, counts }: ExplanationProps) {
  const { meaning, resolution } = catalog[code];
  const count = counts?.failures.find((failure) => failure.code === code)?.count;
  return (
    <div className="card mb-4 flex flex-col gap-3 p-4">
      {message !== null && (
        <p className="font-medium break-words">
          <Prose>{message}</Prose>
        </p>
      )}
      <dl className="flex flex-col gap-3">
        <Point name="What it means">
          <Prose>{meaning}</Prose>
        </Point>
        <Point name="How to fix it">
          <Prose>{resolution}</Prose>
        </Point>
        {param !== null && (
          <Point name="Parameter">
            <code>{param}</code>
          </Point>
        )}
        {count !== undefined && (
          <Point name="This week">
            <Link href={toRequestsPath({ code })} className="underline underline-offset-2">
              {count === 1 ? 'Once' : `${formatNumber(count)} times`}
            </Link>
          </Point>
        )}
      </dl>
      <a
        href={getDocsPath(code)}
        target="_blank"
        rel="noreferrer"
        className="inline-flex w-fit items-center gap-1 text-sm font-medium underline underline-offset-2"
      >
        Docs of {code}
        <ExternalLink aria-hidden className="size-3.5" />
      </a>
    </div>
  );
}

function Point({ name, children }: { readonly name: string; readonly children: ReactNode }) {
  return (
    <div className="grid gap-x-4 sm:grid-cols-[8rem_minmax(0,1fr)]">
      <dt className="text-muted">{name}</dt>
      <dd className="min-w-0 break-words">{children}</dd>
    </div>
  );
}

/** Where and when the call was made. */
function Facts({ request }: { readonly request: LoggedRequest }) {
  const { id, at, transport, key_prefix: prefix, duration_ms: durationMs, generation_id: jobId } = request;
  return (
    <dl className="flex flex-wrap gap-x-8 gap-y-2 text-sm">
      <Fact name="Request">
        <code className="break-all">{id}</code>
        <CopyButton text={id} label="Copy the request id" className="-my-2" />
      </Fact>
      <Fact name="Time">{formatExactTime(at)}</Fact>
      <Fact name="Took">{formatDuration(durationMs)}</Fact>
      <Fact name="Over">{transport === 'rest' ? 'REST' : 'tRPC'}</Fact>
      <Fact name="Key">
        <code>{prefix}…</code>
      </Fact>
      {jobId !== null && (
        <Fact name="Job">
          <Link href={`/jobs/${jobId}`} className="font-mono break-all underline underline-offset-2">
            {jobId}
          </Link>
        </Fact>
      )}
    </dl>
  );
}

function Fact({ name, children }: { readonly name: string; readonly children: ReactNode }) {
  return (
    <div className="min-w-0">
      <dt className="text-xs text-muted">{name}</dt>
      <dd className="flex min-w-0 items-center gap-1">{children}</dd>
    </div>
  );
}
