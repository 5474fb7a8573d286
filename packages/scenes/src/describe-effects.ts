import type { Understood } from '@restage/contract';
import type { ParsedPhrase, ParsedPrompt, PhraseKind } from './parse-prompt.ts';

/** What people call a value of the vocabulary, where its name alone doesn't say it. */
const labels: Readonly<Record<string, string>> = {
  golden: 'golden hour',
  left: 'from the left',
  right: 'from the right',
  above: 'from above',
  behind: 'from behind',
  monochrome: 'black and white',
};

/** The kinds of which a scene has one: the first phrase decides. */
const singleKinds: readonly PhraseKind[] = ['place', 'time of day', 'strength'];

/** The kinds that only a painted scene shows. */
const paintedKinds: readonly PhraseKind[] = ['place', 'material'];

/**
 * Describes the effect of each phrase of a prompt in plain words, for the artist: `weather: rain`, or why there is none. A
 * phrase that is repeated is described once; words outside the vocabulary are not listed.
 * @param isReference whether the scene is a reference image, of which the prompt only sets the grade
 */
export function describeEffects({ phrases }: ParsedPrompt, isReference: boolean): Understood[] {
  const described = new Map<string, Understood>();
  for (const phrase of phrases) {
    const key = phrase.text.toLowerCase();
    if (!described.has(key))
      described.set(key, { phrase: phrase.text, effect: describeEffect(phrase, phrases, isReference) });
  }
  return [...described.values()];
}

function describeEffect(
  { kind, value, isNegated }: ParsedPhrase,
  phrases: readonly ParsedPhrase[],
  isReference: boolean,
): string {
  if (isNegated) return `no effect: ${getLabel(value)} is negated`;
  if (isReference && paintedKinds.includes(kind)) return 'no effect: the reference image is the scene';
  const first = phrases.find((other) => other.kind === kind && !other.isNegated)?.value ?? value;
  if (singleKinds.includes(kind) && first !== value) {
    return `not used as ${kind}: ${getLabel(first)} comes first`;
  }
  return `${kind}: ${getLabel(value)}`;
}

function getLabel(value: string): string {
  return labels[value] ?? value;
}
