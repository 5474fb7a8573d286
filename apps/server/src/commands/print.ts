import type { Answer } from './command.ts';

/** An answer as one JSON document. Names are spelled as on the wire, moments as ISO 8601. */
export function printJson(answer: Answer): string {
  const document =
    answer.kind === 'record'
      ? answer.record
      : { [answer.name]: answer.rows, ...(answer.next !== undefined && { next: answer.next }) };
  return JSON.stringify(toWire(document), undefined, 2);
}

/** An answer for people: a table, or a field a line. */
export function printText(answer: Answer): string {
  if (answer.kind === 'record') {
    const remark = answer.remark === undefined ? [] : ['', answer.remark];
    return [printRecord(answer.record), ...remark].join('\n');
  }
  if (answer.rows.length === 0) return answer.none;
  const more = answer.next ? ['', `There are more, after ${answer.next}.`] : [];
  return [printTable(answer.rows, answer.columns), ...more].join('\n');
}

function printTable(rows: readonly object[], columns: readonly string[]): string {
  const lines = [
    columns.map((column) => snake(column).toUpperCase()),
    ...rows.map((row) => columns.map((column) => printValue(Reflect.get(row, column)))),
  ];
  const widths = columns.map((_, index) => Math.max(...lines.map((line) => line[index]?.length ?? 0)));
  return lines
    .map((line) =>
      line
        .map((cell, index) => cell.padEnd(widths[index] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

function printRecord(record: object): string {
  const fields = Object.entries(record);
  const width = Math.max(...fields.map(([name]) => snake(name).length));
  return fields
    .map(([name, value]) => {
      if (!Array.isArray(value)) return `${snake(name).padEnd(width)}  ${printValue(value)}`;
      const [first] = value;
      const table =
        typeof first === 'object' && first !== null ? printTable(value, Object.keys(first)) : '  –';
      return `${snake(name)}\n${table.replace(/^(?=\S)/gm, '  ')}`;
    })
    .join('\n');
}

/** One line, whatever it is: what users wrote must not draw on the operator's terminal. */
function printValue(value: unknown): string {
  if (value === null || value === undefined) return '–';
  if (value instanceof Date) return value.toISOString();
  const text = typeof value === 'object' ? JSON.stringify(value) : String(value);
  return text.replace(/\p{Cc}/gu, ' ');
}

function toWire(value: unknown): unknown {
  if (value instanceof Date) return value.toISOString();
  if (Array.isArray(value)) return value.map(toWire);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [snake(name), toWire(each)]));
}

const snake = (name: string) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
