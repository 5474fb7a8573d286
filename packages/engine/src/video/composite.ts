import type { Size } from '@restage/contract';
import type { ColourStatistics } from '../colour/statistics.ts';
import { subjectStatistics } from '../composite/frame.ts';
import { frameFields, frameSlope } from '../light/fields.ts';
import { lookFor, type Stage } from '../scene/stage.ts';
import { createPlanesBlend, type PlanesLayers, planesBackdrop } from './blend.ts';
import { createPlanes, type Planes, planesView } from './planes.ts';

/**
 * Composites the frames of one job in order, in one look: no flicker. The planes that come back are the same ones every time.
 * @param shot the subject's colours; where undefined, they are those of the first frame that shows any of it.
 */
export function createComposite(
  stage: Stage,
  size: Size,
  shot: ColourStatistics | undefined,
): (frame: Planes, matte: Uint8Array | undefined) => Planes {
  const backdrop = planesBackdrop(stage.backdrop);
  const slope = { light: frameSlope(size.width, size.height, stage.key, stage.strength), colours: undefined };
  const empty = createPlanes(size.width, size.height);
  let blend: ((layers: PlanesLayers) => Planes) | undefined;
  return (frame, matte) => {
    const view = planesView(frame);
    const isEmpty = blend === undefined && matte?.every((alpha) => alpha === 0) === true;
    if (isEmpty && shot === undefined) {
      empty.data.set(backdrop.planes.data);
      return empty;
    }
    blend ??= createPlanesBlend(
      size,
      backdrop,
      lookFor(stage, shot ?? subjectStatistics(view, matte) ?? subjectStatistics(view, matte, 0)),
    );
    return blend({ frame, matte, fields: matte === undefined ? slope : frameFields(view, matte, stage) });
  };
}
