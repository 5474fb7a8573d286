/** Words that the built-in engine understands, by what they decide; a choice of its vocabulary. */
export const suggestions = {
  Place: [
    'beach',
    'desert',
    'mountains',
    'forest',
    'meadow',
    'city',
    'neon',
    'studio',
    'stage',
    'underwater',
    'space',
    'winter landscape',
  ],
  Time: ['sunrise', 'noon', 'golden hour', 'sunset', 'blue hour', 'night', 'moonlight'],
  Weather: ['clear sky', 'cloudy', 'storm', 'rain', 'snow', 'fog', 'northern lights'],
  Light: ['from the left', 'from the right', 'backlit', 'soft light', 'hard light', 'candlelight'],
  Mood: ['cinematic', 'vintage', 'black and white', 'vivid', 'pastel', 'dreamy', 'eerie', 'dramatic'],
} as const satisfies Readonly<Record<string, readonly string[]>>;

const all = Object.values(suggestions).flat();

/** What the last words of a prompt may become: phrases that begin with what has been typed after the last comma or space. */
export function findCompletions(prompt: string): string[] {
  const typed = /[^\s,]*$/.exec(prompt)?.[0].toLowerCase() ?? '';
  if (typed.length < 2) return [];
  return all.filter((phrase) => phrase.startsWith(typed) && phrase !== typed).slice(0, 6);
}

/** Puts a phrase in place of the words that it completes. */
export function completePrompt(prompt: string, phrase: string): string {
  return prompt.replace(/[^\s,]*$/, phrase);
}

/** Adds a phrase to a prompt, or takes it out if it is there. */
export function togglePhrase(prompt: string, phrase: string): string {
  const parts = prompt
    .split(',')
    .map((part) => part.trim())
    .filter(Boolean);
  const others = parts.filter((part) => part.toLowerCase() !== phrase);
  return (others.length < parts.length ? others : [...parts, phrase]).join(', ');
}

/** Whether a prompt has a phrase as one of its parts. */
export function hasPhrase(prompt: string, phrase: string): boolean {
  return prompt.split(',').some((part) => part.trim().toLowerCase() === phrase);
}
