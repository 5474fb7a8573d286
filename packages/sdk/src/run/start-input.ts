import type { GenerationsStartInput } from '../generated/types.ts';
import type { CallOptions } from '../options.ts';
import { all, ok } from '../result.ts';
import { type PreparedUpload, prepareUpload, type Uploadable } from '../uploads/prepare.ts';
import { type UploadContext, uploadPrepared } from '../uploads/upload.ts';

/** The input of a run. Fields in snake_case are passed on to `generations.start`. */
export interface RunInput
  extends Omit<
    GenerationsStartInput,
    'generation_type' | 'alpha_mode' | 'source_uri' | 'alpha_uri' | 'reference_image_uri'
  > {
  /** The image or video. */
  readonly source: Uploadable;
  /** The matte: grayscale, white is the subject. Default: the subject is detected, or `alpha_mode` decides. */
  readonly alpha?: Uploadable | undefined;
  /** An image of the scene. */
  readonly reference?: Uploadable | undefined;
  /** Default: `custom` with an alpha, `auto` without. */
  readonly alpha_mode?: GenerationsStartInput['alpha_mode'] | undefined;
  /** Default: the type of the source, or `image` if its URL does not show the type. */
  readonly generation_type?: GenerationsStartInput['generation_type'] | undefined;
}

/** The role of an image or video in a run. */
export type MediaRole = 'source' | 'alpha' | 'reference';

/** The progress of an upload, in bytes. */
export interface UploadProgress {
  readonly step: 'upload';
  readonly role: MediaRole;
  readonly sent: number;
  readonly total: number;
}

/** Options of the uploads. */
export interface PrepareOptions extends CallOptions<'uploads.create'> {
  readonly onProgress?: ((progress: UploadProgress) => void) | undefined;
}

/**
 * Creates the input of `generations.start`: uploads what is not a URI yet. All inputs are read before the first is sent, so
 * that a wrong path does not cost an upload.
 * @param onInputsRead called before anything is sent
 */
export async function prepareStartInput(
  context: UploadContext,
  input: RunInput,
  options: PrepareOptions,
  onInputsRead?: (generationType: GenerationsStartInput['generation_type']) => void,
) {
  const { source, alpha, reference, alpha_mode, generation_type, ...fields } = input;
  const prepared = await all(
    [source, alpha, reference].map((uploadable) => prepareOptional(uploadable, options.signal)),
  );
  if (!prepared.ok) return prepared;
  const [preparedSource, preparedAlpha, preparedReference] = prepared.value;
  const generationType = generation_type ?? preparedSource?.type ?? 'image';
  onInputsRead?.(generationType);
  const uploads = { source: preparedSource, alpha: preparedAlpha, reference: preparedReference };
  const uris = await uploadAll(context, uploads, options);
  if (!uris.ok) return uris;
  const [source_uri = '', alpha_uri, reference_image_uri] = uris.value;
  return ok<GenerationsStartInput>({
    ...fields,
    generation_type: generationType,
    alpha_mode: alpha_mode ?? (alpha_uri === undefined ? 'auto' : 'custom'),
    source_uri,
    alpha_uri,
    reference_image_uri,
  });
}

async function prepareOptional(uploadable: Uploadable | undefined, signal: AbortSignal | undefined) {
  return uploadable === undefined ? ok(undefined) : prepareUpload(uploadable, signal);
}

/** Uploads the inputs at the same time, and returns their URIs. If one fails, the others are aborted. */
async function uploadAll(
  context: UploadContext,
  uploads: Record<MediaRole, PreparedUpload | undefined>,
  options: PrepareOptions,
) {
  const controller = new AbortController();
  const signal = options.signal ? AbortSignal.any([options.signal, controller.signal]) : controller.signal;
  const uris = (Object.keys(uploads) as MediaRole[]).map((role) =>
    uploadIfNeeded(context, role, uploads[role], { ...options, signal }),
  );
  try {
    return await all(uris);
  } finally {
    controller.abort();
  }
}

/** Returns the URI of an input, after uploading it if it is not a URI yet. */
async function uploadIfNeeded(
  context: UploadContext,
  role: MediaRole,
  prepared: PreparedUpload | undefined,
  { onProgress, ...options }: PrepareOptions,
) {
  if (!prepared || 'uri' in prepared) return ok(prepared?.uri);
  const upload = await uploadPrepared(context, prepared, {
    ...options,
    onProgress: onProgress && (({ sent, total }) => onProgress({ step: 'upload', role, sent, total })),
  });
  return upload.ok ? ok(upload.value.beeble_uri) : upload;
}
