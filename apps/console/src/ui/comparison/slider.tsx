import { type RefObject, useRef } from 'react';
import * as Parts from 'react-compare-slider/components';
import { useReactCompareSlider } from 'react-compare-slider/hooks';
import { useVideosInStep } from './use-videos-in-step.ts';

interface SliderProps {
  readonly type: 'image' | 'video';
  readonly before: string;
  readonly after: string;
  readonly isPlaying: boolean;
}

const fit = 'block size-full object-contain';

/** The picture or video before and after, with a line between them that can be moved. */
export default function Slider({ type, before, after, isPlaying }: SliderProps) {
  const slider = useReactCompareSlider({ defaultPosition: 50 });
  const beforeVideo = useRef<HTMLVideoElement>(null);
  const afterVideo = useRef<HTMLVideoElement>(null);
  useVideosInStep(afterVideo, beforeVideo, isPlaying);
  return (
    <Parts.Provider {...slider}>
      <Parts.Root className="size-full">
        <Parts.Item item="itemOne">
          <Media type={type} url={before} label="Before" video={beforeVideo} />
        </Parts.Item>
        <Parts.Item item="itemTwo">
          <Media type={type} url={after} label="After" video={afterVideo} />
        </Parts.Item>
        <Parts.HandleRoot aria-label="Before and after" className="group">
          <Parts.Handle className="group-focus-visible:outline-2 group-focus-visible:-outline-offset-2" />
        </Parts.HandleRoot>
      </Parts.Root>
    </Parts.Provider>
  );
}

interface MediaProps {
  readonly type: SliderProps['type'];
  readonly url: string;
  readonly label: string;
  readonly video: RefObject<HTMLVideoElement | null>;
}

function Media({ type, url, label, video }: MediaProps) {
  return type === 'image' ? (
    <img src={url} alt={label} className={fit} draggable={false} />
  ) : (
    <video ref={video} src={url} aria-label={label} muted loop playsInline preload="auto" className={fit} />
  );
}
