import { type Command, formatTable, int, type OptionValues, UsageError } from '@restage/cli-kit';
import type { Report } from '../context.ts';

const defaultLimit = 20;
const maxPageSize = 100;

/** Adds the options of commands that list what the server answers in pages. */
export function addListOptions<Args extends unknown[], Options extends OptionValues>(
  command: Command<Args, Options>,
) {
  return command
    .option('--limit <number>', `how many to list (default: ${defaultLimit})`, int(1, 1_000_000))
    .option('--all', 'list all of them');
}

interface ListOptions {
  readonly limit?: number | undefined;
  readonly all?: true | undefined;
}

/** What a list command shows of each item, by the heading of the column. Null is shown as a dash. */
export type Columns<Item> = Readonly<Record<string, (item: Item) => string | number | null>>;

/**
 * Fetches as many items as the options ask for, in as few pages as possible.
 * @param list lists the items in pages of a size
 * @param emptyText what people read if there are none
 */
export async function reportList<Item>(
  list: (pageSize: number) => AsyncIterable<Item>,
  { limit, all }: ListOptions,
  columns: Columns<Item>,
  emptyText: string,
): Promise<Report> {
  if (all && limit !== undefined) throw new UsageError('Use --limit or --all, not both.');
  const count = all ? Number.POSITIVE_INFINITY : (limit ?? defaultLimit);
  const items: Item[] = [];
  // One more than is shown, which tells whether there are more.
  for await (const item of list(Math.min(count + 1, maxPageSize))) {
    items.push(item);
    if (items.length > count) break;
  }
  const hasMore = items.length > count;
  const data = hasMore ? items.slice(0, count) : items;
  return {
    data,
    text: data.length === 0 ? emptyText : formatColumns(data, columns),
    note: hasMore ? 'There are more. To list them: --limit <number> or --all' : undefined,
  };
}

/** Items as a table with headings. */
export function formatColumns<Item>(items: readonly Item[], columns: Columns<Item>): string {
  const cells = Object.values(columns);
  return formatTable([
    Object.keys(columns),
    ...items.map((item) => cells.map((getCell) => formatCell(getCell(item)))),
  ]);
}

/** The fields of one thing, a line each. Those that are null are left out. */
export function formatFields(fields: Readonly<Record<string, string | number | null>>): string {
  const present = Object.entries(fields).filter(([, value]) => value !== null);
  return formatTable(present.map(([name, value]) => [name, String(value)]));
}

function formatCell(value: string | number | null): string {
  return value === null || value === '' ? '–' : String(value);
}
