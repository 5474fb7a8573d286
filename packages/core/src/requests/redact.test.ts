import { expect, test } from 'vitest';
import { redactMessage } from './redact.ts';

test.each([
  [
    'prompt must be text of at most 2000 characters; received "a secret plan for…".',
    'prompt must be text of at most 2000 characters; received text.',
  ],
  [
    'callback_url must be an HTTPS URL; received "http://example.com/hook?token=abc".',
    'callback_url must be an HTTPS URL; received text.',
  ],
  ['x must be "a"; received "say \\"hi\\" to them".', 'x must be "a"; received text.'],
  [
    'https://example.com/a.png?X-Signature=abc could not be fetched.',
    'https://example.com/a.png could not be fetched.',
  ],
  [
    'alpha_mode must be "auto", "fill" or "custom"; received "magic".',
    'alpha_mode must be "auto", "fill" or "custom"; received "magic".',
  ],
])('%s is logged as %s', (message, logged) => {
  expect(redactMessage(message)).toBe(logged);
});
