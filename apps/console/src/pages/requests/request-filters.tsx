import type { FailureCounts, ProcedureName } from '@restage/sdk';
import { useId } from 'react';
import { Link, useLocation } from 'wouter';
import { buttonClass } from '../../ui/button.tsx';
import { Select } from '../../ui/select.tsx';
import {
  codes,
  type RequestFilters as Filters,
  procedureLabels,
  statusLabels,
  toRequestsPath,
} from './filters.ts';

interface RequestFiltersProps {
  readonly filters: Filters;
  /** Codes that occurred come first, with how often. */
  readonly counts: FailureCounts | undefined;
}

/** Chooses which requests are shown. Each choice is an address, so that the browser's back button undoes it. */
export function RequestFilters({ filters, counts }: RequestFiltersProps) {
  const [, navigate] = useLocation();
  const choose = (name: keyof Filters, value: string) => {
    const { [name]: _, ...rest } = filters;
    navigate(toRequestsPath(value === '' ? rest : { ...rest, [name]: value }));
  };
  const occurred = new Map(counts?.failures.map(({ code, count }) => [code as string, count]));
  const sorted = codes.toSorted((a, b) => (occurred.get(b) ?? 0) - (occurred.get(a) ?? 0));
  const codeOptions = sorted.map((code) => {
    const count = occurred.get(code);
    return { value: code, label: count === undefined ? code : `${code} (${count})` };
  });
  const procedures = (Object.keys(procedureLabels) as ProcedureName[]).map((value) => ({
    value,
    label: value,
  }));
  const statuses = Object.entries(statusLabels).map(([value, label]) => ({ value, label }));
  return (
    <div className="flex flex-wrap gap-2">
      <Choice
        label="Code"
        value={filters.code}
        any="Any code"
        options={codeOptions}
        onChoose={(value) => choose('code', value)}
      />
      <Choice
        label="Procedure"
        value={filters.procedure}
        any="Any procedure"
        options={procedures}
        onChoose={(value) => choose('procedure', value)}
      />
      <Choice
        label="Status"
        value={filters.status}
        any="Any status"
        options={statuses}
        onChoose={(value) => choose('status', value)}
      />
      {Object.keys(filters).length > 0 && (
        <Link href="/requests" className={buttonClass('quiet')}>
          Clear
        </Link>
      )}
    </div>
  );
}

interface ChoiceProps {
  readonly label: string;
  readonly value: string | undefined;
  /** The words for no condition. */
  readonly any: string;
  readonly options: readonly { readonly value: string; readonly label: string }[];
  readonly onChoose: (value: string) => void;
}

function Choice({ label, value = '', any, options, onChoose }: ChoiceProps) {
  const id = useId();
  return (
    <div className="min-w-0 flex-1 max-sm:flex-none max-sm:w-full">
      <label htmlFor={id} className="sr-only">
        {label}
      </label>
      <Select
        id={id}
        value={value}
        options={[{ value: '', label: any }, ...options]}
        onValueChange={onChoose}
      />
    </div>
  );
}
