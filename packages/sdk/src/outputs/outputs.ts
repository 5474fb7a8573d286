import type { CompletedJob } from '../generations/wait.ts';
import type { Settings } from '../options.ts';
import { createDownload, type Download } from './download.ts';

/** The output files of a job. */
export interface Outputs {
  /** The subject, relit and composited into the scene. */
  readonly render: Download;
  /** The preprocessed source, at output size. */
  readonly source: Download;
  /** The matte that was used, at output size. */
  readonly alpha: Download;
}

/** Creates the downloads of a completed job. */
export function createOutputs(settings: Settings, { output }: Pick<CompletedJob, 'output'>): Outputs {
  return {
    render: createDownload(settings, output.render),
    source: createDownload(settings, output.source),
    alpha: createDownload(settings, output.alpha),
  };
}
