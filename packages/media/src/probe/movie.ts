import { readMovie } from '../movie/movie.ts';
import type { Reader } from './reader.ts';
import type { Verdict } from './verdict.ts';

/** What an MP4 or MOV is, from its headers, wherever these stand. Throws Damaged. */
export function probeMovie(reader: Reader): Verdict {
  const movie = readMovie(reader);
  if ('unaccepted' in movie) return { kind: 'unaccepted', what: movie.unaccepted };
  const { format, width, height, largest, codec, timeline, timescale } = movie;
  return {
    kind: 'probed',
    probe: {
      ...{ type: 'video', format, width, height, largest, codec },
      frames: timeline.count,
      durationSeconds: (timeline.end - (timeline.frames[0]?.time ?? 0)) / timescale,
      bytes: reader.size,
    },
  };
}
