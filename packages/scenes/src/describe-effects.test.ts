import { expect, test } from 'vitest';
import { describeEffects } from './describe-effects.ts';
import { parsePrompt } from './parse-prompt.ts';

const describePrompt = (prompt: string, isReference = false) =>
  describeEffects(parsePrompt(prompt), isReference).map(({ phrase, effect }) => [phrase, effect]);

test('each phrase is described by its kind and what it was read as, in the order of the prompt', () => {
  expect(
    describePrompt('Dramatic golden hour on a rainy Beach, backlit, black and white, teal marble xyzzy'),
  ).toEqual([
    ['Dramatic', 'strength: strong'],
    ['golden hour', 'time of day: golden hour'],
    ['rainy', 'weather: rain'],
    ['Beach', 'place: beach'],
    ['backlit', 'light: from behind'],
    ['black and white', 'mood: black and white'],
    ['teal', 'colour: teal'],
    ['marble', 'material: marble'],
  ]);
});

test('a phrase that something keeps from having an effect says what', () => {
  expect(describePrompt('a desert and a city, dunes, dawn or night, no fog')).toEqual([
    ['desert', 'place: desert'],
    ['city', 'not used as place: desert comes first'],
    ['dunes', 'place: desert'],
    ['dawn', 'time of day: dawn'],
    ['night', 'not used as time of day: dawn comes first'],
    ['no fog', 'no effect: fog is negated'],
  ]);
});

test('a negated place does not count as the first', () => {
  expect(describePrompt('not desert, city')).toEqual([
    ['not desert', 'no effect: desert is negated'],
    ['city', 'place: city'],
  ]);
});

test('over a reference image, places and materials have no effect, and the rest has', () => {
  expect(describePrompt('marble beach, sunset, snow', true)).toEqual([
    ['marble', 'no effect: the reference image is the scene'],
    ['beach', 'no effect: the reference image is the scene'],
    ['sunset', 'time of day: sunset'],
    ['snow', 'weather: snow'],
  ]);
});

test('a repeated phrase is described once, and words outside the vocabulary not at all', () => {
  expect(describePrompt('Fog, fog and more FOG')).toEqual([['Fog', 'weather: fog']]);
  expect(describePrompt('xyzzy plugh')).toEqual([]);
});
