import { parsePrompt } from '@restage/scenes';
import { expect, test } from 'vitest';
import { completePrompt, findCompletions, hasPhrase, suggestions, togglePhrase } from './suggestions.ts';

test.each(Object.values(suggestions).flat())('the engine understands the suggestion "%s"', (phrase) => {
  expect(parsePrompt(phrase)).not.toEqual(parsePrompt('qqq'));
});

test('a phrase is added to a prompt at its end, and taken out again', () => {
  expect(togglePhrase('', 'beach')).toBe('beach');
  expect(togglePhrase('a quiet Beach ', 'sunset')).toBe('a quiet Beach, sunset');
  expect(togglePhrase('beach, Sunset, rain', 'sunset')).toBe('beach, rain');
  expect([hasPhrase('beach, Sunset', 'sunset'), hasPhrase('sunsets', 'sunset')]).toEqual([true, false]);
});

test('the word that is being typed is completed', () => {
  expect(findCompletions('a castle in the moun')).toEqual(['mountains']);
  expect(findCompletions('beach, ')).toEqual([]);
  expect(findCompletions('b')).toEqual([]);
  expect(completePrompt('a castle in the moun', 'mountains')).toBe('a castle in the mountains');
});
