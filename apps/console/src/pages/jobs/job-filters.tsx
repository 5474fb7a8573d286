import { useId } from 'react';
import { Link, useLocation } from 'wouter';
import { cx } from '../../ui/cx.ts';
import { Select } from '../../ui/select.tsx';
import { ages, type JobFilters as Filters, statusLabels, toJobsPath, typeLabels } from './filters.ts';

/** Chooses which jobs are shown. Each choice is an address, so that the browser's back button undoes it. */
export function JobFilters({ filters }: { readonly filters: Filters }) {
  const [, navigate] = useLocation();
  const { status, ...others } = filters;
  const choose = (name: 'type' | 'age', value: string) => {
    const { [name]: _, ...rest } = filters;
    navigate(toJobsPath(value === 'any' ? rest : { ...rest, [name]: value }));
  };
  return (
    <div className="flex flex-wrap items-center justify-between gap-x-6 gap-y-3">
      <nav aria-label="Status" className="-mx-1 flex max-w-full gap-1 overflow-x-auto p-1">
        <StatusLink href={toJobsPath(others)} isCurrent={status === undefined}>
          All
        </StatusLink>
        {keysOf(statusLabels).map((value) => (
          <StatusLink
            key={value}
            href={toJobsPath({ ...others, status: value })}
            isCurrent={status === value}
          >
            {statusLabels[value]}
          </StatusLink>
        ))}
      </nav>
      <div className="flex gap-2 max-sm:w-full">
        <Choice
          label="Type"
          value={filters.type ?? 'any'}
          options={[{ value: 'any', label: 'Any type' }, ...toOptions(typeLabels)]}
          onChoose={(value) => choose('type', value)}
        />
        <Choice
          label="Created"
          value={filters.age ?? 'any'}
          options={[
            { value: 'any', label: 'Any time' },
            ...keysOf(ages).map((value) => ({ value, label: ages[value].label })),
          ]}
          onChoose={(value) => choose('age', value)}
        />
      </div>
    </div>
  );
}

interface StatusLinkProps {
  readonly href: string;
  readonly isCurrent: boolean;
  readonly children: string;
}

function StatusLink({ href, isCurrent, children }: StatusLinkProps) {
  return (
    <Link
      href={href}
      aria-current={isCurrent ? 'true' : undefined}
      className={cx(
        'flex h-8 items-center rounded-full px-3 text-sm font-medium whitespace-nowrap transition-colors',
        isCurrent ? 'bg-accent-soft text-accent' : 'text-muted hover:bg-sunken hover:text-text',
      )}
    >
      {children}
    </Link>
  );
}

interface ChoiceProps {
  readonly label: string;
  readonly value: string;
  readonly options: readonly { readonly value: string; readonly label: string }[];
  readonly onChoose: (value: string) => void;
}

function Choice({ label, value, options, onChoose }: ChoiceProps) {
  const id = useId();
  return (
    <div className="min-w-0 max-sm:flex-1">
      <label htmlFor={id} className="sr-only">
        {label}
      </label>
      <Select id={id} value={value} options={options} onValueChange={onChoose} />
    </div>
  );
}

function keysOf<T extends object>(object: T): readonly (keyof T & string)[] {
  return Object.keys(object) as (keyof T & string)[];
}

function toOptions(labels: Readonly<Record<string, string>>) {
  return Object.entries(labels).map(([value, label]) => ({ value, label }));
}
