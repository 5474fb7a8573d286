import * as z from 'zod';
import { Input } from '../input/input.ts';
import { limits } from '../limits.ts';
import { instant, instantWords, sentInstant } from './fields.ts';

const keyFields = {
  id: z.string().describe('`key_…`'),
  name: z.string(),
  prefix: z.string().describe('The first characters of the key, to recognise it by'),
  mode: z.enum(['live', 'test']),
  created_at: instant,
  last_used_at: instant.nullable().describe('Exact to 5 seconds; null if the key was never used'),
  expires_at: instant.nullable().describe('Null if the key does not expire'),
  revoked_at: instant.nullable(),
};

/** An API key, without the key itself. */
export const apiKey = z.object(keyFields).meta({ id: 'ApiKey' });
export type ApiKey = z.infer<typeof apiKey>;

/** The account's keys, newest first. */
export const apiKeyList = z.object({ keys: z.array(apiKey) }).meta({ id: 'ApiKeyList' });
export type ApiKeyList = z.infer<typeof apiKeyList>;

/** A key as it is made: the only answer that holds the key itself. */
export const createdApiKey = z
  .object({ ...keyFields, key: z.string().describe('The key. It is shown here only') })
  .meta({ id: 'CreatedApiKey' });
export type CreatedApiKey = z.infer<typeof createdApiKey>;

const { min, max } = limits.keyNameLength;

/** A key to be made. */
export const createKeyInput = Input.object()
  .field(
    'name',
    z.string().trim().min(min).max(max).meta({ description: 'What the key is for' }),
    'INVALID_REQUEST',
    `text of ${min} to ${max} characters`,
  )
  .field(
    'mode',
    z.enum(['live', 'test']).describe('Test keys cost nothing, and render watermarked proofs'),
    'INVALID_REQUEST',
    '"live" or "test"',
  )
  .field(
    'expires_at',
    sentInstant.meta({
      description: 'When the key stops working; absent for never',
      examples: ['2999-12-31', '2999-12-31T12:00:00Z'],
    }),
    'INVALID_REQUEST',
    instantWords,
    { blankIsAbsent: true },
  );

/** Which key is meant. */
export const keyInput = Input.object().field(
  'id',
  z.string(),
  'KEY_NOT_FOUND',
  'the id of a key of this account, key_…',
);
