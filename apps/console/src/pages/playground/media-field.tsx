import { Film, ImageUp, RotateCw, X } from 'lucide-react';
import { type ChangeEvent, type ReactNode, useState } from 'react';
import type { ShownError } from '../../api/errors.ts';
import { Button } from '../../ui/button.tsx';
import { cx } from '../../ui/cx.ts';
import { Field } from '../../ui/field.tsx';
import { formatBytes, formatNumber } from '../../ui/format.ts';
import { Progress } from '../../ui/progress.tsx';
import type { Media, MediaSlot } from './media.ts';
import { pickMedia, removeMedia, retryUpload } from './state.ts';

const accepts = {
  source: 'image/png,image/jpeg,image/webp,video/mp4,video/quicktime,.mov',
  matte: 'image/png,image/jpeg,image/webp,video/mp4,video/quicktime,.mov',
  reference: 'image/png,image/jpeg,image/webp',
} as const satisfies Record<MediaSlot, string>;

interface MediaFieldProps {
  readonly slot: MediaSlot;
  readonly label: string;
  readonly media: Media | undefined;
  /** What to drop, while there is nothing. */
  readonly invitation: ReactNode;
  readonly error: ShownError | undefined;
  readonly isLarge?: boolean;
}

/** A file to pick or to drop, which is uploaded at once. */
export function MediaField({ slot, label, media, invitation, error, isLarge = false }: MediaFieldProps) {
  const [isOver, setOver] = useState(false);
  const pick = (event: ChangeEvent<HTMLInputElement>) => {
    const [file] = event.target.files ?? [];
    // The same file may be picked again after it has changed.
    event.target.value = '';
    if (file) pickMedia(slot, file);
  };
  return (
    <Field label={label} error={error}>
      {(control) => (
        <div
          className={cx(
            'relative flex items-center rounded-lg border transition-colors has-[input:focus-visible]:outline-2 has-[input:focus-visible]:outline-offset-2 has-[input:focus-visible]:outline-accent',
            isLarge ? 'min-h-32' : 'min-h-16',
            media ? 'border-line bg-sunken/60' : 'border-dashed bg-surface hover:bg-sunken/60',
            !media && (error ? 'border-danger' : 'border-line-strong'),
            isOver && 'border-accent bg-accent-soft',
          )}
        >
          {/* Over the whole place, so that clicking and dropping need no script. */}
          <input
            {...control}
            type="file"
            accept={accepts[slot]}
            onChange={pick}
            onDragEnter={() => setOver(true)}
            onDragLeave={() => setOver(false)}
            onDrop={() => setOver(false)}
            className="absolute inset-0 size-full cursor-pointer opacity-0"
          />
          {media ? (
            <PickedMedia slot={slot} media={media} isLarge={isLarge} />
          ) : (
            <div
              className={cx(
                'pointer-events-none flex w-full items-center gap-3 px-4 text-sm text-muted',
                isLarge && 'flex-col py-5 text-center',
              )}
            >
              <ImageUp aria-hidden className={cx('shrink-0', isLarge ? 'size-6' : 'size-5')} />
              <span>{invitation}</span>
            </div>
          )}
        </div>
      )}
    </Field>
  );
}

interface PickedMediaProps {
  readonly slot: MediaSlot;
  readonly media: Media;
  readonly isLarge: boolean;
}

function PickedMedia({ slot, media, isLarge }: PickedMediaProps) {
  const { file, upload } = media;
  return (
    <div className={cx('pointer-events-none w-full min-w-0 p-2', !isLarge && 'flex items-center gap-3')}>
      <Thumbnail media={media} className={isLarge ? 'h-40 w-full' : 'h-12 w-16 shrink-0'} />
      <div className={cx('flex min-w-0 flex-1 items-center gap-2', isLarge && 'px-1 pt-2')}>
        <div className="min-w-0 flex-1">
          <p className="truncate text-sm font-medium">{file.name}</p>
          <div className="flex h-4.5 items-center text-xs text-faint">
            {upload.status === 'uploading' ? (
              <Progress
                label="Upload"
                value={upload.total > 0 ? (upload.sent / upload.total) * 100 : 0}
                className="w-full"
              />
            ) : (
              <span className="truncate">{describe(media)}</span>
            )}
          </div>
        </div>
        {upload.status === 'failed' && upload.error.retryable && (
          <Button
            look="quiet"
            size="icon"
            className="pointer-events-auto relative"
            onClick={() => retryUpload(slot)}
          >
            <RotateCw aria-hidden className="size-4" />
            <span className="sr-only">Upload again</span>
          </Button>
        )}
        <Button
          look="quiet"
          size="icon"
          className="pointer-events-auto relative"
          onClick={() => removeMedia(slot)}
        >
          <X aria-hidden className="size-4" />
          <span className="sr-only">Remove {file.name}</span>
        </Button>
      </div>
    </div>
  );
}

/** The size, the frames and the bytes of a file, as far as they are known. */
function describe({ details, file }: Media): string {
  const { width, height, frames } = details ?? {};
  return [
    width && height && `${width} × ${height}`,
    frames !== undefined && `${formatNumber(frames)} ${frames === 1 ? 'frame' : 'frames'}`,
    formatBytes(file.size),
  ]
    .filter(Boolean)
    .join(' · ');
}

function Thumbnail({ media, className }: { readonly media: Media; readonly className: string }) {
  const look = cx('rounded-md bg-line/50 object-contain', className);
  if (media.details === null) {
    return (
      <span className={cx(look, 'grid place-items-center text-faint')}>
        <Film aria-hidden className="size-5" />
      </span>
    );
  }
  return media.type === 'image' ? (
    <img src={media.previewUrl} alt="" className={look} />
  ) : (
    <video
      src={media.previewUrl}
      muted
      playsInline
      preload="metadata"
      aria-hidden="true"
      tabIndex={-1}
      className={look}
    />
  );
}
