/** The type of a source and of its output. */
export const generationTypes = ['image', 'video'] as const;
export type GenerationType = (typeof generationTypes)[number];

/**
 * How the matte is made: by detecting the subject, as the whole frame, from the caller's own matte, or from the caller's
 * matte of one frame.
 */
export const alphaModes = ['auto', 'fill', 'custom', 'select'] as const;
export type AlphaMode = (typeof alphaModes)[number];

/** Whether a mode takes a matte of the caller's. */
export function takesMatte(mode: unknown): mode is 'custom' | 'select' {
  return mode === 'custom' || mode === 'select';
}

/** The maximum number of lines of the output, in landscape. */
export const maxResolutions = [720, 1080] as const;
export type MaxResolution = (typeof maxResolutions)[number];

/** The status of a job: in_queue → processing → one of the others. It never moves backwards. */
export const jobStatuses = ['in_queue', 'processing', 'completed', 'failed', 'cancelled'] as const;
export type JobStatus = (typeof jobStatuses)[number];

/** A phrase of a job's prompt, and its effect in plain words. */
export interface Understood {
  readonly phrase: string;
  readonly effect: string;
}
