/** What a generation makes. */
export const generationTypes = ['image', 'video'] as const;
export type GenerationType = (typeof generationTypes)[number];

/** How the subject is found: by itself, as the whole frame, or by a matte that the caller gives. */
export const alphaModes = ['auto', 'fill', 'custom'] as const;
export type AlphaMode = (typeof alphaModes)[number];

/** Lines of the output box: 720 or 1080. */
export const maxResolutions = [720, 1080] as const;
export type MaxResolution = (typeof maxResolutions)[number];

/** A job's life: in_queue → processing → one of the rest. It never moves backwards. */
export const jobStatuses = ['in_queue', 'processing', 'completed', 'failed', 'cancelled'] as const;
export type JobStatus = (typeof jobStatuses)[number];
