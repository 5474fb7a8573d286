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

/** What a prompt says, in the vocabulary's terms. What it leaves open is absent or empty. */
export interface Reading {
  readonly places: readonly Place[];
  readonly time: Time | undefined;
  readonly weathers: readonly Weather[];
  readonly lights: readonly Light[];
  readonly moods: readonly Mood[];
  readonly materials: readonly Material[];
  readonly colours: readonly ColourName[];
  readonly strength: Strength | undefined;
  /** One sentence for each phrase that was understood: the phrase, and what it did. */
  readonly notes: readonly string[];
}

type Kind = 'place' | 'time of day' | 'weather' | 'light' | 'mood' | 'material' | 'strength' | 'colour';

interface Phrase {
  readonly kind: Kind;
  readonly means: string;
  readonly words: readonly string[];
}

const tables: Readonly<Record<Exclude<Kind, 'colour'>, Readonly<Record<string, readonly string[]>>>> = {
  place: places,
  'time of day': times,
  weather: weathers,
  light: lights,
  mood: moods,
  material: materials,
  strength: strengths,
};

/** Longest phrases first, so that "golden hour" is not read as the colour gold. */
const phrases: readonly Phrase[] = [
  ...Object.entries(tables).flatMap(([kind, table]) =>
    Object.entries(table).flatMap(([means, spellings]) =>
      spellings.map((spelling) => ({ kind: kind as Kind, means, words: wordsOf(spelling) })),
    ),
  ),
  ...Object.keys(colours).map((name) => ({ kind: 'colour' as const, means: name, words: [name] })),
].sort((one, other) => other.words.length - one.words.length);

const negations = new Set(['no', 'not', 'without', 'never', 'non']);

function wordsOf(text: string): string[] {
  return text.toLowerCase().match(/[\p{L}\p{N}&]+/gu) ?? [];
}

/**
 * Reads a prompt by the vocabulary. The same text always gives the same reading; words that the vocabulary
 * does not hold have no effect, and neither has a phrase after "no", "not" or "without".
 */
export function readPrompt(prompt: string): Reading {
  const words = wordsOf(prompt);
  const found: Phrase[] = [];
  const notes: string[] = [];
  for (let at = 0; at < words.length; ) {
    const phrase = phrases.find((candidate) => candidate.words.every((word, i) => words[at + i] === word));
    if (phrase === undefined) {
      at++;
      continue;
    }
    const said = phrase.words.join(' ');
    if (negations.has(words[at - 1] ?? ''))
      notes.push(`“${words[at - 1]} ${said}” keeps ${phrase.means} out`);
    else {
      found.push(phrase);
      notes.push(`“${said}” was read as ${phrase.kind}: ${phrase.means}`);
    }
    at += phrase.words.length;
  }
  const all = <T extends string>(kind: Kind): T[] => [
    ...new Set(found.filter((phrase) => phrase.kind === kind).map((phrase) => phrase.means as T)),
  ];
  return {
    places: all<Place>('place'),
    time: all<Time>('time of day')[0],
    weathers: all<Weather>('weather'),
    lights: all<Light>('light'),
    moods: all<Mood>('mood'),
    materials: all<Material>('material'),
    colours: all<ColourName>('colour'),
    strength: all<Strength>('strength')[0],
    notes: [...new Set(notes)],
  };
}
