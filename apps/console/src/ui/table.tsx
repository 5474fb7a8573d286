import type { ReactNode } from 'react';
import { cx } from './cx.ts';

/** A column of a table. */
export interface Column<Row> {
  readonly title: string;
  readonly cell: (row: Row) => ReactNode;
  readonly align?: 'right';
  /** On a phone, the column is left out. */
  readonly isOptional?: boolean;
  /** Classes of its cells, such as a width. */
  readonly className?: string;
}

interface TableProps<Row> {
  /** What the table holds, for people who don't see it. */
  readonly label: string;
  readonly columns: readonly Column<Row>[];
  readonly rows: readonly Row[];
  readonly rowKey: (row: Row) => string;
  /** Makes rows react to the pointer; the first cell has the link. */
  readonly hasLinks?: boolean;
}

export function Table<Row>({ label, columns, rows, rowKey, hasLinks = false }: TableProps<Row>) {
  const classes = (column: Column<Row>) =>
    cx(
      'px-4 py-2.5 first:pl-5 last:pr-5',
      column.align === 'right' && 'text-right tabular-nums',
      column.isOptional && 'max-md:hidden',
      column.className,
    );
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
    <section className="overflow-x-auto" aria-label={label} tabIndex={0}>
      <table className="w-full border-collapse text-left">
        <thead>
          <tr className="border-b border-line text-xs text-faint">
            {columns.map((column) => (
              <th
                key={column.title}
                scope="col"
                className={cx(classes(column), 'font-medium whitespace-nowrap')}
              >
                {column.title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr
              key={rowKey(row)}
              className={cx('border-b border-line last:border-0', hasLinks && 'relative hover:bg-sunken/60')}
            >
              {columns.map((column) => (
                <td key={column.title} className={classes(column)}>
                  {column.cell(row)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
