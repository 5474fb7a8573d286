import type { CompletedJob } from '../generations/wait.ts';
import type { Settings } from '../options.ts';
import { type Download, downloadOf } from './download.ts';

/** What a job made, ready to be downloaded. */
export interface Outputs {
  /** The subject, relit and composited into the scene. */
  readonly render: Download;
  /** The preprocessed source, at output size. */
  readonly source: Download;
  /** The matte that was used, at output size. */
  readonly alpha: Download;
}

/** The files of a completed job. */
export function outputsOf(settings: Settings, { output }: Pick<CompletedJob, 'output'>): Outputs {
  return {
    render: downloadOf(settings, output.render),
    source: downloadOf(settings, output.source),
    alpha: downloadOf(settings, output.alpha),
  };
}
