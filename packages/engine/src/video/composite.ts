import type { Size } from '@restage/contract';
import type { Lut } from '../colour/lut.ts';
import { subjectStatistics } from '../composite/frame.ts';
import { frameFields, frameSlope } from '../light/fields.ts';
import { lookFor, type Stage } from '../scene/stage.ts';
import { blendPlanes } from './blend.ts';
import { createLines, type Lines } from './lines.ts';
import { createPlanes, type Planes, planesFromRgb, planesView } from './planes.ts';

/**
 * Composites the frames of one job in order. The look is found on the first frame and kept: no flicker. The
 * planes that come back are the same ones every time.
 */
export function createComposite(
  stage: Stage,
  size: Size,
): (frame: Planes, matte: Uint8Array | undefined) => Planes {
  const backdrop = {
    planes: planesFromRgb({ ...size, data: stage.backdrop.bytes }),
    linear: stage.backdrop.linear,
  };
  const slope = frameSlope(size.width, size.height, stage.key, stage.strength);
  const out = createPlanes(size.width, size.height);
  let look: { readonly lut: Lut; readonly lines: Lines } | undefined;
  return (frame, matte) => {
    const view = planesView(frame);
    if (look === undefined) {
      const lut = lookFor(stage, subjectStatistics(view, matte));
      look = { lut, lines: createLines(lut) };
    }
    const fields = matte === undefined ? undefined : frameFields(view, matte, stage);
    blendPlanes(
      { frame, matte, backdrop, ...look, light: fields?.light ?? slope, colours: fields?.colours },
      out,
    );
    return out;
  };
}
