import { type RefObject, useEffect } from 'react';

/** Seconds that the videos may be apart: a frame and a half at 24 frames a second. */
const maxDrift = 0.06;

type VideoRef = RefObject<HTMLVideoElement | null>;

/** Plays or pauses two videos together. The follower is put where the leader is whenever they have come apart. */
export function useVideosInStep(leaderRef: VideoRef, followerRef: VideoRef, isPlaying: boolean): void {
  useEffect(() => {
    const [leader, follower] = [leaderRef.current, followerRef.current];
    if (!leader || !follower) return undefined;
    const align = () => {
      if (follower.seeking) return;
      if (Math.abs(follower.currentTime - leader.currentTime) > maxDrift)
        follower.currentTime = leader.currentTime;
    };
    if (isPlaying) for (const video of [leader, follower]) void playIfAllowed(video);
    else for (const video of [leader, follower]) video.pause();
    align();
    let frame = requestAnimationFrame(function follow() {
      align();
      frame = requestAnimationFrame(follow);
    });
    return () => cancelAnimationFrame(frame);
  }, [leaderRef, followerRef, isPlaying]);
}

/** Plays a video. Browsers may refuse, or the source may change meanwhile; then it stands still. */
export async function playIfAllowed(video: HTMLVideoElement): Promise<void> {
  try {
    await video.play();
  } catch (error) {
    if (!(error instanceof DOMException)) throw error;
  }
}
