import { formatTable } from '@restage/cli-kit';
import type { Report } from './report.ts';

/** A report as one JSON document. Names are in snake case as on the wire, dates in ISO 8601. */
export function formatJson(report: Report): string {
  const document =
    report.kind === 'record'
      ? report.record
      : { [report.name]: report.rows, ...(report.next !== undefined && { next: report.next }) };
  return JSON.stringify(toWire(document), undefined, 2);
}

/** A report for people: a table, or a line for each field. */
export function formatText(report: Report): string {
  if (report.kind === 'record') {
    const note = report.note === undefined ? [] : ['', report.note];
    return [formatRecord(report.record), ...note].join('\n');
  }
  if (report.rows.length === 0) return report.emptyText;
  const more = report.next ? ['', `There are more, after ${report.next}.`] : [];
  const note = report.note === undefined ? [] : ['', report.note];
  return [formatRows(report.rows, report.columns), ...more, ...note].join('\n');
}

function formatRows(rows: readonly object[], columns: readonly string[]): string {
  return formatTable([
    columns.map((column) => toSnakeCase(column).toUpperCase()),
    ...rows.map((row) => columns.map((column) => formatValue(Reflect.get(row, column)))),
  ]);
}

function formatRecord(record: object): string {
  const fields = Object.entries(record);
  const width = Math.max(...fields.map(([name]) => toSnakeCase(name).length));
  return fields
    .map(([name, value]) => {
      if (!Array.isArray(value)) return formatTable([[toSnakeCase(name).padEnd(width), formatValue(value)]]);
      const [first] = value;
      const rows = typeof first === 'object' && first !== null ? formatRows(value, Object.keys(first)) : '–';
      return `${toSnakeCase(name)}\n${rows.replace(/^/gm, '  ')}`;
    })
    .join('\n');
}

function formatValue(value: unknown): string {
  if (value === null || value === undefined) return '–';
  if (value instanceof Date) return value.toISOString();
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

function toWire(value: unknown): unknown {
  if (value instanceof Date) return value.toISOString();
  if (Array.isArray(value)) return value.map(toWire);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [toSnakeCase(name), toWire(each)]));
}

const toSnakeCase = (name: string) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
