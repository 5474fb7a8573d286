import type { OnProgress } from './download.ts';

/** Prints the progress of a download on standard error: in a terminal on one line, elsewhere a line for every tenth. */
export function printProgress(name: string): OnProgress {
  const { isTTY } = process.stderr;
  let shown = 0;
  return (bytes, total) => {
    const step = isTTY ? 1 : 10;
    const percent = Math.floor((bytes * 100) / (total ?? Number.POSITIVE_INFINITY) / step) * step;
    if (percent <= shown) return;
    shown = percent;
    const line = `${name}: ${percent} % of ${formatMegabytes(total ?? bytes)}`;
    process.stderr.write(isTTY ? `\r${line}${percent === 100 ? '\n' : ''}` : `${line}\n`);
  };
}

export function formatMegabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}
