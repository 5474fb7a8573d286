import { computePrice, type VerbInput } from '@restage/contract';
import { isFailure } from '@restage/errors';
import {
  type MediaBytes,
  type MediaUri,
  type Probe,
  parseMediaUri,
  type Role,
  type StoredFile,
  validateAlpha,
  validateReference,
  validateSource,
} from '@restage/media';
import type { AccountContext } from '../../context.ts';
import { locateUpload } from '../../uploads/locate.ts';

/** Where an input's bytes are, and the upload that holds them, if one does. */
export type ResolvedInput =
  | { readonly location: StoredFile; readonly upload: UsedUpload }
  | { readonly location: MediaBytes; readonly upload?: undefined };

/** An upload with the bytes that were checked. */
export interface UsedUpload {
  readonly id: string;
  /** The PUT that the bytes came with. */
  readonly attempt: number | null;
}

/** A start that passed all checks of its request: inputs and cost. */
export interface ValidatedJob {
  readonly source: ResolvedInput;
  readonly reference: ResolvedInput | undefined;
  readonly alpha: ResolvedInput | undefined;
  readonly probe: Probe;
  /** Credits. */
  readonly cost: number;
}

/**
 * Everything that a start checks before it touches the ledger, in the contract's order: the form of the URIs,
 * the callback, then reachability and media of source, reference and alpha. Nothing is written.
 * @param deadline when fetching inputs ends, in milliseconds of the monotonic clock
 */
export async function resolveInputs(
  ctx: AccountContext,
  input: VerbInput<'generations.start'>,
  deadline: number,
) {
  const sourceUri = parseMediaUri(expandLargeString(ctx, input.source_uri), 'source_uri', ctx.settings);
  if (isFailure(sourceUri)) return sourceUri;
  const referenceUri =
    input.reference_image_uri === undefined
      ? undefined
      : parseMediaUri(expandLargeString(ctx, input.reference_image_uri), 'reference_image_uri', ctx.settings);
  if (isFailure(referenceUri)) return referenceUri;
  const alphaUri =
    input.alpha_uri === undefined
      ? undefined
      : parseMediaUri(expandLargeString(ctx, input.alpha_uri), 'alpha_uri', ctx.settings);
  if (isFailure(alphaUri)) return alphaUri;
  if (input.callback_url !== undefined) {
    const callback = await ctx.media.checkCallback(input.callback_url);
    if (isFailure(callback)) return callback;
  }

  const inspect = (location: StoredFile | MediaBytes, role: Role) =>
    ctx.media.inspect(location, role, { timeoutMs: deadline - performance.now() });
  const source = await locate(ctx, sourceUri, 'source_uri');
  if (isFailure(source)) return source;
  const probe = await inspect(source.location, 'source');
  if (isFailure(probe)) return probe;
  const misfit = validateSource(probe, input.generation_type);
  if (misfit) return misfit;

  const reference = referenceUri && (await locate(ctx, referenceUri, 'reference_image_uri'));
  if (isFailure(reference)) return reference;
  if (reference) {
    const referenceProbe = await inspect(reference.location, 'reference');
    if (isFailure(referenceProbe)) return referenceProbe;
    const unfit = validateReference(referenceProbe);
    if (unfit) return unfit;
  }

  const alpha = alphaUri && (await locate(ctx, alphaUri, 'alpha_uri'));
  if (isFailure(alpha)) return alpha;
  if (alpha) {
    const alphaProbe = await inspect(alpha.location, 'alpha');
    if (isFailure(alphaProbe)) return alphaProbe;
    const unfit = validateAlpha(alphaProbe, probe, input);
    if (unfit) return unfit;
  }

  const cost =
    ctx.account.mode === 'test'
      ? 0
      : computePrice(ctx.settings.prices, {
          generationType: input.generation_type,
          maxResolution: input.max_resolution,
          frames: probe.frames,
        });
  const validated: ValidatedJob = { source, reference, alpha, probe, cost };
  return validated;
}

/** The bytes that a URI stands for, if it was too large to be made a string. */
function expandLargeString(ctx: AccountContext, uri: string): string | Uint8Array {
  return ctx.largeStrings.get(uri) ?? uri;
}

async function locate(ctx: AccountContext, uri: MediaUri, param: string) {
  if (uri.kind !== 'upload') {
    const input: ResolvedInput = { location: uri };
    return input;
  }
  const located = await locateUpload(ctx, uri, param);
  if (isFailure(located)) return located;
  const { file, attempt } = located;
  const input: ResolvedInput = { location: file, upload: { id: uri.id, attempt } };
  return input;
}
