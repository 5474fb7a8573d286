import {
  type ColourName,
  colours,
  type Light,
  lights,
  type Material,
  type Mood,
  materials,
  moods,
  type Place,
  places,
  type Strength,
  strengths,
  type Time,
  times,
  type Weather,
  weathers,
} from './vocabulary.ts';

/** A parsed prompt, in the vocabulary's terms. What the prompt leaves open is undefined or empty. */
export interface ParsedPrompt {
  readonly places: readonly Place[];
  readonly time: Time | undefined;
  readonly weathers: readonly Weather[];
  readonly lights: readonly Light[];
  readonly moods: readonly Mood[];
  readonly materials: readonly Material[];
  readonly colours: readonly ColourName[];
  readonly strength: Strength | undefined;
  /** Every phrase that the vocabulary has, in the prompt's order. */
  readonly phrases: readonly ParsedPhrase[];
}

/** What a phrase of the vocabulary decides. */
export type PhraseKind =
  | 'place'
  | 'time of day'
  | 'weather'
  | 'light'
  | 'mood'
  | 'material'
  | 'strength'
  | 'colour';

/** A phrase of a prompt. */
export interface ParsedPhrase {
  /** As it is written in the prompt; begins with the negation, if there is one. */
  readonly text: string;
  readonly kind: PhraseKind;
  /** What it stands for, in the vocabulary's terms. */
  readonly value: string;
  readonly isNegated: boolean;
}

interface Phrase {
  readonly kind: PhraseKind;
  readonly value: string;
  readonly words: readonly string[];
}

const spellingsByKind: Readonly<
  Record<Exclude<PhraseKind, 'colour'>, Readonly<Record<string, readonly string[]>>>
> = {
  place: places,
  'time of day': times,
  weather: weathers,
  light: lights,
  mood: moods,
  material: materials,
  strength: strengths,
};

/** Longest phrases first, so that "golden hour" is not parsed as the colour gold. */
const phrases: readonly Phrase[] = [
  ...Object.entries(spellingsByKind).flatMap(([kind, table]) =>
    Object.entries(table).flatMap(([value, spellings]) =>
      spellings.map((spelling) => ({ kind: kind as PhraseKind, value, words: splitWords(spelling) })),
    ),
  ),
  ...Object.keys(colours).map((name) => ({ kind: 'colour' as const, value: name, words: [name] })),
].sort((one, other) => other.words.length - one.words.length);

const negations = new Set(['no', 'not', 'without', 'never', 'non']);

/** A word in lower case, and where it stands in its text. */
interface Word {
  readonly word: string;
  readonly start: number;
  readonly end: number;
}

/** Marks after a letter, as of a decomposed "é", belong to a word's place in the text and not to the word. */
function findWords(text: string): Word[] {
  return [...text.matchAll(/([\p{L}\p{N}&]+)\p{M}*/gu)].map(({ 0: whole, 1: word = '', index }) => ({
    word: word.toLowerCase(),
    start: index,
    end: index + whole.length,
  }));
}

function splitWords(text: string): string[] {
  return findWords(text).map(({ word }) => word);
}

/**
 * Parses a prompt by the vocabulary. The same text always gives the same result. Words outside the vocabulary have no
 * effect, and neither has a phrase after "no", "not" or "without".
 */
export function parsePrompt(prompt: string): ParsedPrompt {
  const words = findWords(prompt);
  const found: ParsedPhrase[] = [];
  for (let at = 0; at < words.length; ) {
    const phrase = phrases.find((candidate) =>
      candidate.words.every((word, i) => words[at + i]?.word === word),
    );
    if (phrase === undefined) {
      at++;
      continue;
    }
    const { kind, value } = phrase;
    const isNegated = negations.has(words[at - 1]?.word ?? '');
    const start = words[isNegated ? at - 1 : at]?.start;
    at += phrase.words.length;
    found.push({ text: prompt.slice(start, words[at - 1]?.end), kind, value, isNegated });
  }
  const matches = found.filter(({ isNegated }) => !isNegated);
  const getValues = <T extends string>(kind: PhraseKind): T[] => [
    ...new Set(matches.filter((phrase) => phrase.kind === kind).map((phrase) => phrase.value as T)),
  ];
  return {
    places: getValues<Place>('place'),
    time: getValues<Time>('time of day')[0],
    weathers: getValues<Weather>('weather'),
    lights: getValues<Light>('light'),
    moods: getValues<Mood>('mood'),
    materials: getValues<Material>('material'),
    colours: getValues<ColourName>('colour'),
    strength: getValues<Strength>('strength')[0],
    phrases: found,
  };
}
