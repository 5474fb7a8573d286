import { expect, test } from 'vitest';
import { toStableUrl } from './stable-url.ts';

test('a file keeps the URL that it was first shown with for two days, and then gets the new one', () => {
  const sign = (signature: string) =>
    `https://restage.example/files/outputs/swx_1/1/render.png?s=${signature}`;
  const first = toStableUrl(sign('a'), 0);
  expect(first).toBe(`${location.origin}/files/outputs/swx_1/1/render.png?s=a`);
  expect(toStableUrl(sign('b'), 47 * 3_600_000)).toBe(first);
  expect(toStableUrl(sign('c'), 49 * 3_600_000)).toBe(first.replace('s=a', 's=c'));
});
