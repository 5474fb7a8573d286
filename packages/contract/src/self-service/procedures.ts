import { defineProcedure } from '../procedures/define-procedure.ts';
import { jobInput, listInput } from '../procedures/inputs.ts';
import { jobDetails } from './details.ts';
import { pageQuery } from './fields.ts';
import { apiKey, apiKeyList, createdApiKey, createKeyInput, keyInput } from './keys.ts';
import { failureCounts, requestDetails, requestInput, requestPage, requestsInput } from './requests.ts';
import { jobSummaryPage } from './summaries.ts';
import { creditPage, creditsInput, usage, usageInput } from './usage.ts';
import {
  deliveriesInput,
  delivery,
  deliveryDetails,
  deliveryInput,
  deliveryPage,
  rotateSecretInput,
  testWebhookInput,
  webhookSecret,
} from './webhooks.ts';

/** What the SwitchX API does not have: what an account's owner does without the operator of the server. */
export const selfServiceProcedures = {
  'generations.details': defineProcedure({
    kind: 'query',
    summary: 'Get a job’s details',
    description:
      'The job with everything that is known of it: the prompt and what the engine made of it, the inputs as signed URLs, size, cost, attempts, and each change of its state.',
    input: jobInput,
    output: jobDetails,
    errors: ['INVALID_REQUEST', 'JOB_NOT_FOUND'],
    rest: { method: 'GET', path: '/v1/switchx/generations/{id}/details' },
  }),
  'generations.summaries': defineProcedure({
    kind: 'query',
    summary: 'List jobs with their cost',
    description:
      'The account’s jobs, newest first, with prompt, size, cost and inputs. Takes what `generations.list` takes.',
    input: listInput,
    output: jobSummaryPage,
    errors: ['INVALID_REQUEST'],
    rest: {
      method: 'GET',
      path: '/v1/account/generations',
      query: {
        limit: 'integer',
        page_token: 'text',
        status: 'text',
        generation_type: 'text',
        created_after: 'text',
        created_before: 'text',
      },
    },
  }),
  'account.usage': defineProcedure({
    kind: 'query',
    summary: 'Get usage over time',
    description:
      'Credits by meter and jobs by outcome, in buckets of an hour, a day or a month (UTC), by the time at which jobs were created. At most 400 buckets.',
    input: usageInput,
    output: usage,
    errors: ['INVALID_REQUEST'],
    rest: { method: 'GET', path: '/v1/account/usage', query: { from: 'text', to: 'text', group_by: 'text' } },
  }),
  'account.credits': defineProcedure({
    kind: 'query',
    summary: 'List credit entries',
    description:
      'The account’s ledger, entry by entry, newest first: charges, refunds, grants and corrections.',
    input: creditsInput,
    output: creditPage,
    errors: ['INVALID_REQUEST'],
    rest: { method: 'GET', path: '/v1/account/credits', query: pageQuery },
  }),
  'keys.list': defineProcedure({
    kind: 'query',
    summary: 'List keys',
    description:
      'The account’s API keys, newest first: all active ones, and of those that are revoked or expired the newest, 1000 in all.',
    input: undefined,
    output: apiKeyList,
    errors: [],
    rest: { method: 'GET', path: '/v1/account/keys' },
  }),
  'keys.create': defineProcedure({
    kind: 'mutation',
    summary: 'Create a key',
    description:
      'Makes an API key. The answer is the only place where the key itself is shown. A test key can’t do this. An account may have 1000 keys that are neither revoked nor expired.',
    input: createKeyInput,
    output: createdApiKey,
    errors: ['INVALID_REQUEST', 'LIVE_KEY_REQUIRED'],
    rest: { method: 'POST', path: '/v1/account/keys' },
  }),
  'keys.revoke': defineProcedure({
    kind: 'mutation',
    summary: 'Revoke a key',
    description:
      'Ends a key for good: within 5 seconds no process takes it, and sessions and streams that were opened with it end. The key of the request may revoke itself. A test key can’t do this.',
    input: keyInput,
    output: apiKey,
    errors: ['INVALID_REQUEST', 'KEY_NOT_FOUND', 'LIVE_KEY_REQUIRED'],
    rest: { method: 'POST', path: '/v1/account/keys/{id}/revoke' },
  }),
  'webhooks.secret': defineProcedure({
    kind: 'query',
    summary: 'Get the webhook secret',
    description: 'The secret that signs the account’s webhooks, made at the first call.',
    input: undefined,
    output: webhookSecret,
    errors: [],
    rest: { method: 'GET', path: '/v1/webhooks/secret' },
  }),
  'webhooks.rotateSecret': defineProcedure({
    kind: 'mutation',
    summary: 'Rotate the webhook secret',
    description:
      'Makes a new secret. For `overlap_hours` the old one signs too, so that receivers can change over without missing an event. A test key can’t do this.',
    input: rotateSecretInput,
    output: webhookSecret,
    errors: ['INVALID_REQUEST', 'LIVE_KEY_REQUIRED'],
    rest: { method: 'POST', path: '/v1/webhooks/secret/rotate' },
  }),
  'webhooks.list': defineProcedure({
    kind: 'query',
    summary: 'List deliveries',
    description: 'The account’s webhook deliveries, newest first, test events included.',
    input: deliveriesInput,
    output: deliveryPage,
    errors: ['INVALID_REQUEST'],
    rest: {
      method: 'GET',
      path: '/v1/webhooks/deliveries',
      query: { generation_id: 'text', status: 'text', ...pageQuery },
    },
  }),
  'webhooks.get': defineProcedure({
    kind: 'query',
    summary: 'Get a delivery',
    description: 'A delivery with the body that it carries and every attempt that was made.',
    input: deliveryInput,
    output: deliveryDetails,
    errors: ['INVALID_REQUEST', 'DELIVERY_NOT_FOUND'],
    rest: { method: 'GET', path: '/v1/webhooks/deliveries/{id}' },
  }),
  'webhooks.redeliver': defineProcedure({
    kind: 'mutation',
    summary: 'Redeliver a webhook',
    description:
      'Begins an ended delivery anew, with the same `webhook-id` and the whole schedule ahead. One that is pending is answered as it is.',
    input: deliveryInput,
    output: delivery,
    errors: ['INVALID_REQUEST', 'DELIVERY_NOT_FOUND'],
    rest: { method: 'POST', path: '/v1/webhooks/deliveries/{id}/redeliver' },
  }),
  'webhooks.test': defineProcedure({
    kind: 'mutation',
    summary: 'Send a test event',
    description:
      'Sends a signed event about a job that does not exist to a URL of yours, with the usual retries.',
    input: testWebhookInput,
    output: delivery,
    errors: ['INVALID_REQUEST', 'INVALID_CALLBACK_URL'],
    rest: { method: 'POST', path: '/v1/webhooks/test' },
  }),
  'requests.list': defineProcedure({
    kind: 'query',
    summary: 'List requests',
    description:
      'The account’s writes and failed calls, newest first. Successful reads are not logged, nor are bodies, keys, prompts and signatures.',
    input: requestsInput,
    output: requestPage,
    errors: ['INVALID_REQUEST'],
    rest: {
      method: 'GET',
      path: '/v1/requests',
      query: { code: 'text', procedure: 'text', status: 'integer', ...pageQuery },
    },
  }),
  'requests.get': defineProcedure({
    kind: 'query',
    summary: 'Get a request',
    description: 'A logged call, with what its code means and how to fix it.',
    input: requestInput,
    output: requestDetails,
    errors: ['INVALID_REQUEST', 'REQUEST_NOT_FOUND'],
    rest: { method: 'GET', path: '/v1/requests/{id}' },
  }),
  'requests.failures': defineProcedure({
    kind: 'query',
    summary: 'Count failures',
    description: 'How often each code was answered in the last 7 days, as far as the request log reaches.',
    input: undefined,
    output: failureCounts,
    errors: [],
    rest: { method: 'GET', path: '/v1/account/failures' },
  }),
} as const;
