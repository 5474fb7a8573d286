import type { Job, RunProgress } from '@restage/sdk';
import { plain, type Terminal } from './terminal.ts';

const barColumns = 24;

/** Shows how far things are: a bar on a terminal, and elsewhere a line for each change of state. */
export class Progress {
  readonly #terminal: Terminal;
  readonly #quiet: boolean;
  #shown = '';
  /** Lines that stand already: two uploads at once take turns. */
  readonly #told = new Set<string>();

  constructor(terminal: Terminal, quiet: boolean) {
    this.#terminal = terminal;
    this.#quiet = quiet;
  }

  /** Shows a step of a run. */
  run(progress: RunProgress): void {
    if (progress.step === 'job') this.job(progress.job);
    else this.upload(progress.role, progress);
  }

  /** Shows how much of a file has been sent. */
  upload(what: string, { sent, total }: { sent: number; total: number }): void {
    this.#show(`uploading ${what}`, total === 0 ? 1 : sent / total, sent === 0 || sent === total);
  }

  /** Shows how far a job is. */
  job(job: Job): void {
    const isNews = !this.#shown.includes(`${job.id} ${job.status}`);
    this.#show(`job ${job.id} ${job.status}`, job.progress / 100, isNews);
  }

  /** Clears the bar, so that what is written next stands on a line of its own. */
  end(): void {
    if (this.#shown && this.#terminal.columns !== undefined && !this.#quiet) this.#terminal.err('\r\x1b[K');
    this.#shown = '';
  }

  #show(what: string, share: number, isNews: boolean): void {
    if (this.#quiet) return;
    const percent = `${Math.floor(share * 100)}`.padStart(3);
    const line = `${plain(what)} ${percent} %`;
    if (line === this.#shown) return;
    this.#shown = line;
    if (this.#terminal.columns !== undefined) this.#draw(line, share, this.#terminal.columns);
    else if (isNews && !this.#told.has(line)) this.#terminal.err(`${line}\n`);
    this.#told.add(line);
  }

  #draw(line: string, share: number, columns: number): void {
    const full = Math.round(share * barColumns);
    const bar = `${'█'.repeat(full)}${'░'.repeat(barColumns - full)} `;
    const drawn = line.length + bar.length < columns ? `${bar}${line}` : line.slice(0, columns - 1);
    this.#terminal.err(`\r\x1b[K${drawn}`);
  }
}
