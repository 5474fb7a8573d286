import { type Job, Restage, type Upload } from '@restage/sdk';

// No API key: a signed URL is enough to send bytes.
const restage = new Restage({ apiKey: '' });

const find = <E extends Element>(selector: string) => document.querySelector<E>(selector) as E;
const form = find<HTMLFormElement>('form');
const button = find<HTMLButtonElement>('button');
const progress = find<HTMLProgressElement>('progress');
const status = find<HTMLElement>('[role=status]');
const result = find<HTMLElement>('#result');

form.addEventListener('submit', async (event) => {
  event.preventDefault();
  const fields = new FormData(form);
  button.disabled = true;
  try {
    await restageFile(fields.get('file') as File, String(fields.get('prompt')));
  } catch (error) {
    report(error instanceof Error ? error.message : String(error), 0);
  } finally {
    button.disabled = false;
  }
});

async function restageFile(file: File, prompt: string): Promise<void> {
  result.replaceChildren();
  const upload = await call<Upload>('/api/uploads', { filename: file.name });
  // Directly to Restage, not through the backend.
  await restage.uploads.put(upload, file, {
    onProgress: ({ sent, total }) => report('Uploading', sent / total),
  });
  let job = await call<Job>('/api/jobs', { source_uri: upload.beeble_uri, prompt });
  while (job.status === 'in_queue' || job.status === 'processing') {
    report(`Job ${job.status}`, job.progress / 100);
    await new Promise((resolve) => setTimeout(resolve, 500));
    job = await call<Job>(`/api/jobs/${job.id}`);
  }
  if (!job.output) throw new Error(`Job ${job.id} ${job.status}: ${job.error ?? 'no reason was given'}`);
  report('Done', 1);
  const media = document.createElement(job.generation_type === 'video' ? 'video' : 'img');
  if (media instanceof HTMLVideoElement) media.controls = true;
  else media.alt = prompt;
  media.src = job.output.render;
  result.replaceChildren(media);
}

/** Calls the backend: with POST if there is a body. @throws an Error with the message of the response */
async function call<T>(path: string, body?: object): Promise<T> {
  const headers = { 'content-type': 'application/json' };
  const response = await fetch(path, body && { method: 'POST', headers, body: JSON.stringify(body) });
  if (response.ok) return response.json();
  const { message } = await response
    .json()
    .catch(() => ({ message: `The backend responded with status ${response.status}.` }));
  throw new Error(message);
}

function report(text: string, fraction: number): void {
  status.textContent = text;
  progress.value = fraction;
}
