import { expect, test } from 'vitest';
import { formatReceived } from './format-received.ts';

test.each([
  ['https://user:hunter2@example.com/hook', '"https://…@example.com/hook"'],
  ['HTTPS://hunter2@example.com', '"HTTPS://…@example.com"'],
  [' http:hunter2@example.com', '" http:…@example.com"'],
  ['https:\\\\user:hunter2@example.com', '"https:\\\\\\\\…@example.com"'],
  ['//user:hunter2@example.com', '"//…@example.com"'],
  ['user:hunter2@example.com', '"user:…@example.com"'],
  ['https://user:hunt/er2?#@example.com', '"https://…@example.com"'],
  ['https://user:hunt\ner2@example.com', '"https://…@example.com"'],
  [`https://user:${'hunter2'.repeat(1000)}@example.com`, '"https://…@example.com"'],
  ['https://a@b:hunter2@example.com', '"https://…@example.com"'],
])('the credentials in %j are removed', (value, formatted) => {
  expect(formatReceived(value)).toBe(formatted);
});

test.each(['shot@2x.gif', 'ann@example.com', 'https://example.com/a.png', 'a: b', '/a'])(
  '%j is quoted unchanged',
  (value) => {
    expect(formatReceived(value)).toBe(JSON.stringify(value));
  },
);

test.each([
  ['rsk_AB-cd_ef-GH', '"rsk_…"'],
  ['my key rsk_test_AB-cd and more', '"my key rsk_… and more"'],
  ['whsec_ab+/cd==', '"whsec_…"'],
])('the key or secret in %j is removed to its end', (value, formatted) => {
  expect(formatReceived(value)).toBe(formatted);
});
