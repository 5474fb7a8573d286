import { procedures } from '@restage/contract';
import { type Failure, isFailure } from '@restage/errors';
import type { RunInput } from '@restage/sdk';
import type { ToolInput } from './define-tool.ts';

const { input: startInput } = procedures['generations.start'];
const { shape } = startInput.schema;

const orPath = (description: string | undefined) =>
  `${description}; or the absolute path of a file on this machine, which is uploaded`;

/**
 * The arguments of a run and of its quote: those of `generations.start`, where media may be files of this machine, and the
 * types of the media and of the matte have defaults.
 */
export const footageInput: ToolInput<RunInput> = {
  schema: startInput.schema.extend({
    generation_type: shape.generation_type
      .optional()
      .describe(`${shape.generation_type.description}. Default: the type of the source`),
    alpha_mode: shape.alpha_mode
      .optional()
      .describe(`${shape.alpha_mode.description}. Default: \`custom\` with \`alpha_uri\`, \`auto\` without`),
    idempotency_key: shape.idempotency_key.describe(
      'The same key starts one job only, if all media are URIs',
    ),
    source_uri: shape.source_uri.describe(orPath(shape.source_uri.description)),
    alpha_uri: shape.alpha_uri.describe(orPath(shape.alpha_uri.description)),
    reference_image_uri: shape.reference_image_uri.describe(orPath(shape.reference_image_uri.description)),
  }),
  parse: parseFootage,
};

/** Makes the server's checks of the fields, so that nothing is uploaded for a start that it would reject. */
function parseFootage(received: unknown): RunInput | Failure {
  const fields = received as Partial<Record<keyof typeof shape, unknown>>;
  const parsed = startInput.parse({
    ...fields,
    generation_type: fields.generation_type ?? 'image',
    alpha_mode: fields.alpha_mode ?? (fields.alpha_uri ? 'custom' : 'auto'),
  });
  if (isFailure(parsed)) return parsed;
  const { source_uri, alpha_uri, reference_image_uri, generation_type, ...input } = parsed;
  return {
    ...input,
    source: source_uri,
    alpha: alpha_uri,
    reference: reference_image_uri,
    generation_type: (fields.generation_type ?? undefined) && generation_type,
  };
}
