import type { Size } from '@restage/contract';
import { subjectStatistics } from '../composite/frame.ts';
import { frameFields, frameSlope } from '../light/fields.ts';
import { lookFor, type Stage } from '../scene/stage.ts';
import { createPlanesBlend, type PlanesLayers, planesBackdrop } from './blend.ts';
import { type Planes, planesView } from './planes.ts';

/**
 * Composites the frames of one job in order. The look is found on the first frame and kept: no flicker. The
 * planes that come back are the same ones every time.
 */
export function createComposite(
  stage: Stage,
  size: Size,
): (frame: Planes, matte: Uint8Array | undefined) => Planes {
  const backdrop = planesBackdrop(stage.backdrop);
  const slope = { light: frameSlope(size.width, size.height, stage.key, stage.strength), colours: undefined };
  let blend: ((layers: PlanesLayers) => Planes) | undefined;
  return (frame, matte) => {
    const view = planesView(frame);
    blend ??= createPlanesBlend(size, backdrop, lookFor(stage, subjectStatistics(view, matte)));
    return blend({ frame, matte, fields: matte === undefined ? slope : frameFields(view, matte, stage) });
  };
}
