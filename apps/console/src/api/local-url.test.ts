import { expect, test } from 'vitest';
import { toLocalUrl } from './local-url.ts';

test('a signed URL of the server becomes one of this origin, and any other URL stays as it is', () => {
  expect(toLocalUrl('https://restage.example/files/outputs/swx_1/1/render.png?expires=1&signature=a')).toBe(
    `${location.origin}/files/outputs/swx_1/1/render.png?expires=1&signature=a`,
  );
  expect(toLocalUrl('https://example.com/picture.jpg')).toBe('https://example.com/picture.jpg');
});
