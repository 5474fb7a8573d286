import type { GenerationType, MaxResolution } from './vocabulary.ts';

/** Prices in credits: of an image, and of every 30 frames of a video or part thereof. */
export type PriceTable = Readonly<Record<GenerationType, Readonly<Record<MaxResolution, number>>>>;

/** The default prices. An operator can configure others. */
export const defaultPrices: PriceTable = {
  video: { 720: 3, 1080: 10 },
  image: { 720: 1, 1080: 3 },
};

/** The number of frames that one unit of a video's price covers. */
const framesPerUnit = 30;

/** Computes the cost of a job in whole credits. */
export function computePrice(
  prices: PriceTable,
  job: { generationType: GenerationType; maxResolution: MaxResolution; frames: number },
): number {
  const units = job.generationType === 'video' ? Math.ceil(job.frames / framesPerUnit) : 1;
  return units * prices[job.generationType][job.maxResolution];
}

/** The usage meters: one for each combination of type and resolution. */
export const meters = {
  api_video_1080p: { label: 'Video, 1080p', generationType: 'video', maxResolution: 1080 },
  api_video_720p: { label: 'Video, 720p', generationType: 'video', maxResolution: 720 },
  api_image_1080p: { label: 'Image, 1080p', generationType: 'image', maxResolution: 1080 },
  api_image_720p: { label: 'Image, 720p', generationType: 'image', maxResolution: 720 },
} as const satisfies Record<
  string,
  { label: string; generationType: GenerationType; maxResolution: MaxResolution }
>;
export type MeterId = keyof typeof meters;

/** Returns the meter of a job. */
export function getMeterId(generationType: GenerationType, maxResolution: MaxResolution): MeterId {
  return `api_${generationType}_${maxResolution}p`;
}
