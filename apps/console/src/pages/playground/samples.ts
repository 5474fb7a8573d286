import { pickMedia, removeMedia, setPlaygroundState } from './state.ts';

/** Something to try with one click: files of the server, and a prompt. */
export interface Sample {
  readonly title: string;
  readonly description: string;
  readonly source: string;
  readonly matte?: string;
  readonly reference?: string;
  readonly prompt: string;
}

export const samples: readonly Sample[] = [
  {
    title: 'Golden hour',
    description: 'A picture with a matte of its own',
    source: 'subject.jpg',
    matte: 'matte.png',
    prompt: 'beach, golden hour',
  },
  {
    title: 'By example',
    description: 'Into the scene of a picture',
    source: 'subject.jpg',
    matte: 'matte.png',
    reference: 'reference.jpg',
    prompt: '',
  },
  {
    title: 'A moving shot',
    description: 'A short video with its matte',
    source: 'shot.mp4',
    matte: 'shot-matte.mp4',
    prompt: 'forest, fog, soft light',
  },
];

/** Fills the form with a sample. @throws if a file can't be fetched */
export async function trySample({ source, matte, reference, prompt }: Sample): Promise<void> {
  const names = { source, matte, reference } as const;
  const slots = ['source', 'matte', 'reference'] as const;
  const files = await Promise.all(slots.map((slot) => fetchSample(names[slot])));
  setPlaygroundState({ prompt, seed: '', mode: 'auto' });
  for (const [index, slot] of slots.entries()) {
    const file = files[index];
    if (file) pickMedia(slot, file);
    else removeMedia(slot);
  }
}

export function getSampleUrl(name: string): string {
  return `${import.meta.env.BASE_URL}samples/${name}`;
}

async function fetchSample(name: string | undefined): Promise<File | undefined> {
  if (name === undefined) return undefined;
  const response = await fetch(getSampleUrl(name));
  if (!response.ok) throw new Error(`The sample ${name} can’t be fetched: status ${response.status}.`);
  const blob = await response.blob();
  return new File([blob], name, { type: blob.type });
}
