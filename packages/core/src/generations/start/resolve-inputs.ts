import { price, type VerbInput } from '@restage/contract';
import { isFailure } from '@restage/errors';
import {
  fitAlpha,
  fitReference,
  fitSource,
  type Location,
  type MediaUri,
  type Probe,
  parseMediaUri,
} from '@restage/media';
import type { AccountContext } from '../../context.ts';
import { locateUpload } from '../../uploads/locate.ts';

/** An input that has been found: where it is, and the upload it came as, if it did. */
export interface ResolvedInput {
  readonly location: Location;
  readonly uploadId?: string;
}

/** What a start needs to know before it writes. */
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
 */
export async function resolveInputs(ctx: AccountContext, input: VerbInput<'generations.start'>) {
  const sourceUri = parseMediaUri(whole(ctx, input.source_uri), 'source_uri', ctx.settings);
  if (isFailure(sourceUri)) return sourceUri;
  const referenceUri =
    input.reference_image_uri === undefined
      ? undefined
      : parseMediaUri(whole(ctx, input.reference_image_uri), 'reference_image_uri', ctx.settings);
  if (isFailure(referenceUri)) return referenceUri;
  const alphaUri =
    input.alpha_uri === undefined
      ? undefined
      : parseMediaUri(whole(ctx, input.alpha_uri), 'alpha_uri', ctx.settings);
  if (isFailure(alphaUri)) return alphaUri;
  if (input.callback_url !== undefined) {
    const callback = await ctx.media.checkCallback(input.callback_url);
    if (isFailure(callback)) return callback;
  }

  const source = await find(ctx, sourceUri, 'source_uri');
  if (isFailure(source)) return source;
  const probe = await ctx.media.inspect(source.location, 'source');
  if (isFailure(probe)) return probe;
  const misfit = fitSource(probe, input.generation_type);
  if (misfit) return misfit;

  const reference = referenceUri && (await find(ctx, referenceUri, 'reference_image_uri'));
  if (isFailure(reference)) return reference;
  if (reference) {
    const referenceProbe = await ctx.media.inspect(reference.location, 'reference');
    if (isFailure(referenceProbe)) return referenceProbe;
    const unfit = fitReference(referenceProbe);
    if (unfit) return unfit;
  }

  const alpha = alphaUri && (await find(ctx, alphaUri, 'alpha_uri'));
  if (isFailure(alpha)) return alpha;
  if (alpha) {
    const alphaProbe = await ctx.media.inspect(alpha.location, 'alpha');
    if (isFailure(alphaProbe)) return alphaProbe;
    const unfit = fitAlpha(alphaProbe, probe);
    if (unfit) return unfit;
  }

  const cost =
    ctx.account.mode === 'test'
      ? 0
      : price(ctx.settings.prices, {
          generationType: input.generation_type,
          maxResolution: input.max_resolution,
          frames: probe.frames,
        });
  const plan: ValidatedJob = { source, reference, alpha, probe, cost };
  return plan;
}

/** What a URI stands for, if it is the word for an attachment. */
function whole(ctx: AccountContext, uri: string): string | Uint8Array {
  return ctx.largeStrings.get(uri) ?? uri;
}

async function find(ctx: AccountContext, uri: MediaUri, param: string) {
  if (uri.kind !== 'upload') {
    const found: ResolvedInput = { location: uri };
    return found;
  }
  const location = await locateUpload(ctx, uri, param);
  if (isFailure(location)) return location;
  const found: ResolvedInput = { location, uploadId: uri.id };
  return found;
}
