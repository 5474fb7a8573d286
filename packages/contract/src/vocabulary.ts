/** The type of a source and of its output. */
export const generationTypes = ['image', 'video'] as const;
export type GenerationType = (typeof generationTypes)[number];

/** How the matte is made: by detecting the subject, as the whole frame, or from the caller's own matte. */
export const alphaModes = ['auto', 'fill', 'custom'] as const;
export type AlphaMode = (typeof alphaModes)[number];

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
