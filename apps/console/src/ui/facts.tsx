import type { ReactNode } from 'react';

/** Names and values below one another. */
export function Facts({ children }: { readonly children: ReactNode }) {
  return <dl className="flex flex-col gap-2.5">{children}</dl>;
}

interface FactProps {
  readonly name: string;
  readonly children: ReactNode;
}

export function Fact({ name, children }: FactProps) {
  return (
    <div className="flex items-baseline justify-between gap-4">
      <dt className="shrink-0 text-muted">{name}</dt>
      <dd className="min-w-0 text-right break-words tabular-nums">{children}</dd>
    </div>
  );
}
