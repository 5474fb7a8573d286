import type { CallOptions } from './options.ts';
import { all, ok } from './result.ts';
import { type Footage, type PreparedFootage, prepareFootage } from './uploads/footage.ts';
import { type SendContext, sendPrepared } from './uploads/send.ts';
import type { GenerationsStartInput } from './wire.ts';

/** What to restage. The fields in snake_case are those of a start, and mean the same. */
export interface RunInput
  extends Omit<
    GenerationsStartInput,
    'generation_type' | 'alpha_mode' | 'source_uri' | 'alpha_uri' | 'reference_image_uri'
  > {
  /** The image or video. */
  readonly source: Footage;
  /** The matte: grayscale, white where the subject is. Without it the subject is found, or `alpha_mode` says. */
  readonly alpha?: Footage | undefined;
  /** An image of the scene. */
  readonly reference?: Footage | undefined;
  /** Default: `custom` with an alpha, `auto` without. */
  readonly alpha_mode?: GenerationsStartInput['alpha_mode'] | undefined;
  /** Default: what the source is; for a URL that doesn't tell, `image`. */
  readonly generation_type?: GenerationsStartInput['generation_type'] | undefined;
}

/** The inputs of a run that may have to be uploaded. */
export type RunPart = 'source' | 'alpha' | 'reference';

/** How far an upload is, in bytes. */
export interface UploadProgress {
  readonly step: 'upload';
  readonly part: RunPart;
  readonly sent: number;
  readonly total: number;
}

/** How to upload what needs uploading. */
export interface LocateOptions extends CallOptions<'uploads.create'> {
  readonly onProgress?: ((progress: UploadProgress) => void) | undefined;
}

/**
 * The input of a start that footage makes, with what needs uploading uploaded. All is read before any is sent: a path
 * that is mistyped costs no upload.
 * @param onRead is called in between
 */
export async function startInputOf(
  context: SendContext,
  input: RunInput,
  options: LocateOptions,
  onRead?: (generationType: GenerationsStartInput['generation_type']) => void,
) {
  const { source, alpha, reference, alpha_mode, generation_type, ...fields } = input;
  const prepared = await all(
    [source, alpha, reference].map((footage) => prepareGiven(footage, options.signal)),
  );
  if (!prepared.ok) return prepared;
  const [footage, matte, scene] = prepared.value;
  const generationType = generation_type ?? footage?.type ?? 'image';
  onRead?.(generationType);
  const located = await locateAll(context, { source: footage, alpha: matte, reference: scene }, options);
  if (!located.ok) return located;
  const [source_uri = '', alpha_uri, reference_image_uri] = located.value;
  return ok<GenerationsStartInput>({
    ...fields,
    generation_type: generationType,
    alpha_mode: alpha_mode ?? (alpha_uri === undefined ? 'auto' : 'custom'),
    source_uri,
    alpha_uri,
    reference_image_uri,
  });
}

async function prepareGiven(footage: Footage | undefined, signal: AbortSignal | undefined) {
  return footage === undefined ? ok(undefined) : prepareFootage(footage, signal);
}

/** Where the server finds each part. The first upload that fails ends the others. */
async function locateAll(
  context: SendContext,
  parts: Record<RunPart, PreparedFootage | undefined>,
  options: LocateOptions,
) {
  const others = new AbortController();
  const signal = options.signal ? AbortSignal.any([options.signal, others.signal]) : others.signal;
  const locating = (Object.keys(parts) as RunPart[]).map((part) =>
    locate(context, part, parts[part], { ...options, signal }),
  );
  try {
    return await all(locating);
  } finally {
    others.abort();
  }
}

/** The URI that a part is, or that of an upload made of it. */
async function locate(
  context: SendContext,
  part: RunPart,
  prepared: PreparedFootage | undefined,
  { onProgress, ...options }: LocateOptions,
) {
  if (!prepared || 'uri' in prepared) return ok(prepared?.uri);
  const upload = await sendPrepared(context, prepared, {
    ...options,
    onProgress: onProgress && (({ sent, total }) => onProgress({ step: 'upload', part, sent, total })),
  });
  return upload.ok ? ok(upload.value.beeble_uri) : upload;
}
