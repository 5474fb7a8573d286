import { toSingleLine } from '@restage/cli-kit';
import type { Job, RunProgress } from '@restage/sdk';
import type { Terminal } from './terminal.ts';

const barColumns = 24;

/** Shows progress: a bar on a terminal, and a line for each change of state elsewhere. */
export class Progress {
  readonly #terminal: Terminal;
  readonly #isJson: boolean;
  #lastLine = '';
  /** Lines that have been written: two uploads at once alternate. */
  readonly #written = new Set<string>();

  constructor(terminal: Terminal, isJson: boolean) {
    this.#terminal = terminal;
    this.#isJson = isJson;
  }

  /** Shows a step of a run. */
  run(progress: RunProgress): void {
    if (progress.step === 'job') this.job(progress.job);
    else this.upload(progress.role, progress);
  }

  /** Shows how much of a file has been sent. */
  upload(label: string, { sent, total }: { sent: number; total: number }): void {
    this.#show(`uploading ${label}`, total === 0 ? 1 : sent / total, sent === 0 || sent === total);
  }

  /** Shows the state and progress of a job. */
  job(job: Job): void {
    const isChange = !this.#lastLine.includes(`${job.id} ${job.status}`);
    this.#show(`job ${job.id} ${job.status}`, job.progress / 100, isChange);
  }

  /** Clears the bar, so that the next output starts on a line of its own. */
  end(): void {
    if (this.#lastLine && this.#terminal.columns !== undefined && !this.#isJson)
      this.#terminal.err('\r\x1b[K');
    this.#lastLine = '';
  }

  #show(label: string, fraction: number, isChange: boolean): void {
    if (this.#isJson) return;
    const percent = `${Math.floor(fraction * 100)}`.padStart(3);
    const line = `${toSingleLine(label)} ${percent} %`;
    if (line === this.#lastLine) return;
    this.#lastLine = line;
    if (this.#terminal.columns !== undefined) this.#draw(line, fraction, this.#terminal.columns);
    else if (isChange && !this.#written.has(line)) this.#terminal.err(`${line}\n`);
    this.#written.add(line);
  }

  #draw(line: string, fraction: number, columns: number): void {
    const full = Math.round(fraction * barColumns);
    const bar = `${'█'.repeat(full)}${'░'.repeat(barColumns - full)} `;
    const text = line.length + bar.length < columns ? `${bar}${line}` : line.slice(0, columns - 1);
    this.#terminal.err(`\r\x1b[K${text}`);
  }
}
