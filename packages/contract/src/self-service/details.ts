import * as z from 'zod';
import { job } from '../procedures/resources.ts';
import { jobStatuses, maxResolutions } from '../vocabulary.ts';
import { instant } from './fields.ts';

const inputUrl = z
  .string()
  .nullable()
  .describe(
    'A signed URL, valid for 72 hours, or the URL that was given; null if there is none, or if it was part of the request and the job has ended',
  );

/** Everything that a person asks about a job. */
export const jobDetails = job
  .extend({
    prompt: z.string().nullable(),
    alpha_keyframe_index: z
      .int()
      .nullable()
      .describe('The frame that the given matte belongs to; null unless `alpha_mode` is `select`'),
    max_resolution: z.literal(maxResolutions),
    width: z.int().describe('Of the source, as shown'),
    height: z.int(),
    frames: z.int().describe('1 for an image'),
    cost: z.int().describe('Credits that were charged; a job that failed or was cancelled was refunded'),
    test_mode: z.boolean(),
    attempts: z.int().describe('How many times a worker took the job'),
    started_at: instant.nullable().describe('When its latest rendering began'),
    inputs: z.object({ source: inputUrl, alpha: inputUrl, reference: inputUrl }),
    understood: z
      .array(
        z.object({
          phrase: z.string().describe('The words, as they stand in the prompt'),
          effect: z
            .string()
            .describe(
              'In plain words, such as `weather: rain`, or why there is none, such as `no effect: …`',
            ),
        }),
      )
      .describe(
        'The phrases of the prompt that the engine understood, in order; empty until the job has completed',
      ),
    events: z
      .array(z.object({ status: z.enum(jobStatuses), progress: z.int(), at: instant }))
      .describe('Every change of state and progress, oldest first'),
  })
  .meta({ id: 'JobDetails' });
export type JobDetails = z.infer<typeof jobDetails>;
