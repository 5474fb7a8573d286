import { useEffect, useRef } from 'react';
import { playIfAllowed } from './use-videos-in-step.ts';

interface MatteViewProps {
  readonly type: 'image' | 'video';
  readonly matte: string;
  readonly isPlaying: boolean;
}

/** The matte that was used. */
export default function MatteView({ type, matte, isPlaying }: MatteViewProps) {
  const video = useRef<HTMLVideoElement>(null);
  useEffect(() => {
    if (!video.current) return;
    if (isPlaying) void playIfAllowed(video.current);
    else video.current.pause();
  }, [isPlaying]);
  return type === 'image' ? (
    <img src={matte} alt="The matte: white is the subject" className="block size-full object-contain" />
  ) : (
    <video
      ref={video}
      src={matte}
      aria-label="The matte: white is the subject"
      muted
      loop
      playsInline
      className="block size-full object-contain"
    />
  );
}
