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
  /** One sentence per understood phrase: the phrase, and its effect. */
  readonly notes: readonly string[];
}

type Kind = 'place' | 'time of day' | 'weather' | 'light' | 'mood' | 'material' | 'strength' | 'colour';

interface Phrase {
  readonly kind: Kind;
  readonly value: string;
  readonly words: readonly string[];
}

const spellingsByKind: Readonly<
  Record<Exclude<Kind, 'colour'>, Readonly<Record<string, readonly string[]>>>
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
      spellings.map((spelling) => ({ kind: kind as Kind, value, words: splitWords(spelling) })),
    ),
  ),
  ...Object.keys(colours).map((name) => ({ kind: 'colour' as const, value: name, words: [name] })),
].sort((one, other) => other.words.length - one.words.length);

const negations = new Set(['no', 'not', 'without', 'never', 'non']);

function splitWords(text: string): string[] {
  return text.toLowerCase().match(/[\p{L}\p{N}&]+/gu) ?? [];
}

/**
 * Parses a prompt by the vocabulary. The same text always gives the same result. Words outside the vocabulary have no
 * effect, and neither has a phrase after "no", "not" or "without".
 */
export function parsePrompt(prompt: string): ParsedPrompt {
  const words = splitWords(prompt);
  const matches: Phrase[] = [];
  const notes: string[] = [];
  for (let at = 0; at < words.length; ) {
    const phrase = phrases.find((candidate) => candidate.words.every((word, i) => words[at + i] === word));
    if (phrase === undefined) {
      at++;
      continue;
    }
    const text = phrase.words.join(' ');
    if (negations.has(words[at - 1] ?? ''))
      notes.push(`“${words[at - 1]} ${text}” keeps ${phrase.value} out`);
    else {
      matches.push(phrase);
      notes.push(`“${text}” was read as ${phrase.kind}: ${phrase.value}`);
    }
    at += phrase.words.length;
  }
  const getValues = <T extends string>(kind: Kind): T[] => [
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
    notes: [...new Set(notes)],
  };
}
