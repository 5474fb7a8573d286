import { readMovie } from '../movie/movie.ts';
import type { ProbeResult } from './protocol.ts';
import type { Reader } from './reader.ts';

/** Probes an MP4 or MOV by its headers, wherever they are in the file. Throws DamagedFileError. */
export function probeMovie(reader: Reader): ProbeResult {
  const movie = readMovie(reader);
  if ('unsupported' in movie) return { kind: 'unsupported', what: movie.unsupported };
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
