import { Film, Image as ImageIcon } from 'lucide-react';
import { useState } from 'react';
import { cx } from './cx.ts';

interface ThumbnailProps {
  readonly type: 'image' | 'video';
  /** A URL that the page may load; undefined if there is nothing to show. */
  readonly url: string | undefined;
  /** Its size, and how it looks otherwise. */
  readonly className?: string;
}

/** A small picture, or the first frame of a video. It says nothing that the text beside it doesn't. */
export function Thumbnail({ type, url, className }: ThumbnailProps) {
  const [failedUrl, setFailedUrl] = useState<string>();
  const Icon = type === 'image' ? ImageIcon : Film;
  const fail = () => setFailedUrl(url);
  return (
    <span
      aria-hidden
      className={cx(
        'relative grid shrink-0 place-items-center overflow-hidden rounded-md bg-sunken text-faint ring-1 ring-line ring-inset',
        className,
      )}
    >
      <Icon className="size-4" />
      {url !== undefined && url !== failedUrl && (
        <span className="absolute inset-0 size-full">
          {type === 'image' ? (
            <img
              src={url}
              alt=""
              loading="lazy"
              decoding="async"
              onError={fail}
              className="size-full object-cover"
            />
          ) : (
            // The first moment, so that phones show a frame too.
            <video
              src={`${url}#t=0.01`}
              muted
              playsInline
              preload="metadata"
              tabIndex={-1}
              onError={fail}
              className="size-full object-cover"
            />
          )}
        </span>
      )}
    </span>
  );
}
