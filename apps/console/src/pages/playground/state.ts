import { type GenerationsStartInput, type RestageErrorOf, safe, type UploadErrorCode } from '@restage/sdk';
import { skipToken, useQuery } from '@tanstack/react-query';
import { restage } from '../../api/client.ts';
import { handleCallError, queries } from '../../api/queries.ts';
import { getMediaType, type Media, type MediaSlot, readDetails } from './media.ts';

export type AlphaMode = GenerationsStartInput['alpha_mode'];

/** Whether a mode takes the matte of the form. */
export function takesMatte(mode: AlphaMode): boolean {
  return mode === 'custom' || mode === 'select';
}

/** What the form holds. It stays when the page is left, for as long as the session. */
export interface PlaygroundState {
  readonly source: Media | undefined;
  readonly matte: Media | undefined;
  readonly reference: Media | undefined;
  readonly mode: AlphaMode;
  /** The frame of the matte, in the mode select, as it was typed. */
  readonly keyframe: string;
  readonly prompt: string;
  readonly resolution: '1080' | '720';
  /** As it was typed; empty for a random one. */
  readonly seed: string;
  readonly run: PlaygroundRun | undefined;
}

/** The last job that was started. */
export interface PlaygroundRun {
  readonly jobId: string;
  readonly input: GenerationsStartInput;
  /** The source that it was started with, to show while it runs. */
  readonly sourceId: number | undefined;
  /** Of the source, if it is known. */
  readonly size: { readonly width: number; readonly height: number } | undefined;
}

const initialState: PlaygroundState = {
  source: undefined,
  matte: undefined,
  reference: undefined,
  mode: 'auto',
  keyframe: '0',
  prompt: '',
  resolution: '1080',
  seed: '',
  run: undefined,
};

// Kept with the queries, which signing in as somebody else empties.
const stateKey = ['playground'];

export function usePlaygroundState(): PlaygroundState {
  const { data = initialState } = useQuery({
    queryKey: stateKey,
    queryFn: skipToken,
    initialData: initialState,
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: Number.POSITIVE_INFINITY,
  });
  return data;
}

export function getPlaygroundState(): PlaygroundState {
  return queries.getQueryData<PlaygroundState>(stateKey) ?? initialState;
}

export function setPlaygroundState(change: Partial<PlaygroundState>): void {
  queries.setQueryData<PlaygroundState>(stateKey, (state = initialState) => ({ ...state, ...change }));
}

let lastId = 0;
const uploads = new Map<number, { readonly ended: Promise<void>; readonly controller: AbortController }>();

/** Takes a file in place of the one before, reads it, and uploads it. A matte is a matte of one's own: the mode becomes one that takes it. */
export function pickMedia(slot: MediaSlot, file: File): void {
  const { mode } = getPlaygroundState();
  removeMedia(slot);
  lastId += 1;
  const id = lastId;
  const media: Media = {
    id,
    file,
    type: getMediaType(file),
    previewUrl: URL.createObjectURL(file),
    details: undefined,
    upload: { status: 'uploading', sent: 0, total: file.size },
  };
  setPlaygroundState({
    [slot]: media,
    ...(slot === 'matte' && { mode: mode === 'select' ? mode : 'custom' }),
  });
  void readDetails(file).then((details) => updateMedia(slot, id, { details }));
  startUpload(slot, media);
}

/** Uploads a file whose upload failed once more. */
export function retryUpload(slot: MediaSlot): void {
  const media = getPlaygroundState()[slot];
  if (!media) return;
  updateMedia(slot, media.id, { upload: { status: 'uploading', sent: 0, total: media.file.size } });
  startUpload(slot, media);
}

export function removeMedia(slot: MediaSlot): void {
  const { [slot]: media, mode } = getPlaygroundState();
  if (!media) return;
  uploads.get(media.id)?.controller.abort();
  uploads.delete(media.id);
  URL.revokeObjectURL(media.previewUrl);
  setPlaygroundState({ [slot]: undefined, ...(slot === 'matte' && takesMatte(mode) && { mode: 'auto' }) });
}

/** Waits until every upload has ended, well or not. */
export async function waitForUploads(): Promise<void> {
  await Promise.all([...uploads.values()].map(({ ended }) => ended));
}

function updateMedia(slot: MediaSlot, id: number, change: Partial<Media>): void {
  const { [slot]: media } = getPlaygroundState();
  if (media?.id === id) setPlaygroundState({ [slot]: { ...media, ...change } });
}

function startUpload(slot: MediaSlot, { id, file }: Media): void {
  const controller = new AbortController();
  const upload = async () => {
    const result = await safe(
      restage.uploads.upload(file, {
        signal: controller.signal,
        maxRetries: 3,
        onProgress: ({ sent, total }) =>
          updateMedia(slot, id, { upload: { status: 'uploading', sent, total } }),
      }),
    );
    if (controller.signal.aborted) return;
    if (!result.ok) handleCallError(result.error);
    updateMedia(slot, id, {
      upload: result.ok
        ? { status: 'done', uri: result.value.beeble_uri }
        : { status: 'failed', error: result.error },
    });
  };
  uploads.set(id, { ended: upload(), controller });
}

/** The error of a file's upload. */
export function getUploadError(media: Media | undefined): RestageErrorOf<UploadErrorCode> | undefined {
  return media?.upload.status === 'failed' ? media.upload.error : undefined;
}
