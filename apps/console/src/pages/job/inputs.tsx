import type { JobDetails } from '@restage/sdk';
import { ExternalLink } from 'lucide-react';
import { toStableUrl } from '../../api/stable-url.ts';
import { Thumbnail } from '../../ui/thumbnail.tsx';

/** The files that a job was given. */
export function Inputs({ job }: { readonly job: JobDetails }) {
  const { inputs, generation_type: type, alpha_mode: mode } = job;
  const videoName = /[.](mp4|mov)$/i;
  const typeOf = (url: string) => (videoName.test(new URL(url).pathname) ? 'video' : 'image');
  return (
    <ul className="grid gap-4 sm:grid-cols-3">
      <Input name="Source" url={inputs.source} type={type} />
      {(mode === 'custom' || mode === 'select') && (
        <Input
          name="Matte"
          url={inputs.alpha}
          type={inputs.alpha === null ? 'image' : typeOf(inputs.alpha)}
        />
      )}
      {inputs.reference !== null && <Input name="Reference" url={inputs.reference} type="image" />}
    </ul>
  );
}

interface InputProps {
  readonly name: string;
  readonly url: string | null;
  readonly type: 'image' | 'video';
}

function Input({ name, url, type }: InputProps) {
  if (url === null) {
    return (
      <li>
        <Thumbnail type={type} url={undefined} className="aspect-video w-full rounded-lg" />
        <p className="mt-2 font-medium">{name}</p>
        <p className="text-xs text-faint">
          It was part of the request, and was kept until the job had ended.
        </p>
      </li>
    );
  }
  const shown = toStableUrl(url);
  const isHere = shown.startsWith(location.origin);
  return (
    <li className="relative">
      <Thumbnail type={type} url={isHere ? shown : undefined} className="aspect-video w-full rounded-lg" />
      <p className="mt-2 font-medium">
        <a
          href={shown}
          target="_blank"
          rel="noreferrer"
          className="inline-flex items-center gap-1 after:absolute after:inset-0 hover:underline"
        >
          {name}
          <ExternalLink aria-hidden className="size-3.5 text-faint" />
        </a>
      </p>
      {!isHere && <p className="truncate text-xs text-faint">{new URL(url).host}</p>}
    </li>
  );
}
