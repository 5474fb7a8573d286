import { expect, test } from 'vitest';
import { createConnection } from './connection.ts';

test('a lost connection is asked for with growing delays until it is back, and restored once', async () => {
  const answers = [new Error('refused'), false, true] as const;
  let asked = 0;
  let restored = 0;
  const delays: number[] = [];
  const back = Promise.withResolvers<void>();
  const connection = createConnection({
    async ask() {
      const answer = answers[asked];
      asked += 1;
      if (typeof answer === 'boolean') return answer;
      throw answer;
    },
    onRestored() {
      restored += 1;
      back.resolve();
    },
    setTimer(run, delayMs) {
      delays.push(delayMs);
      queueMicrotask(run);
    },
  });
  const seen: boolean[] = [];
  connection.subscribe(() => seen.push(connection.isLost()));
  connection.reportLost();
  connection.reportLost();
  await back.promise;
  expect([asked, restored, seen]).toEqual([3, 1, [true, false]]);
  expect(delays).toEqual([500, 500, 750]);
});
