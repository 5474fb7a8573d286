import { useRef } from 'react';
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
          {type === 'image' ? (
            <img src={before} alt="Before" className={fit} draggable={false} />
          ) : (
            <video
              ref={beforeVideo}
              src={before}
              aria-label="Before"
              muted
              loop
              playsInline
              preload="auto"
              className={fit}
            />
          )}
        </Parts.Item>
        <Parts.Item item="itemTwo">
          {type === 'image' ? (
            <img src={after} alt="After" className={fit} draggable={false} />
          ) : (
            <video
              ref={afterVideo}
              src={after}
              aria-label="After"
              muted
              loop
              playsInline
              preload="auto"
              className={fit}
            />
          )}
        </Parts.Item>
        <Parts.HandleRoot aria-label="Before and after" className="group">
          <Parts.Handle className="group-focus-visible:outline-2 group-focus-visible:-outline-offset-2" />
        </Parts.HandleRoot>
      </Parts.Root>
    </Parts.Provider>
  );
}
