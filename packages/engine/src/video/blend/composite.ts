import type { Size } from '@restage/contract';
import { type ColourStatistics, createPlanes, type Planes, viewPlanes } from '@restage/pixels';
import { computeFields, createLightSlope } from '../../composite/fields.ts';
import { computeSubjectStatistics } from '../../composite/frame.ts';
import { buildLut, type PreparedScene } from '../../prepare-scene.ts';
import { createPlanesBackdrop, createPlanesBlend, type PlanesLayers } from './blend.ts';

/**
 * Composites the frames of one job in order, with one LUT, so that nothing flickers. It returns the same planes every
 * time.
 * @param shot the subject's colours; if undefined, those of the first frame that shows any of it.
 */
export function createComposite(
  scene: PreparedScene,
  size: Size,
  shot: ColourStatistics | undefined,
): (frame: Planes, matte: Uint8Array | undefined) => Planes {
  const backdrop = createPlanesBackdrop(scene.backdrop);
  const slope = {
    light: createLightSlope(size.width, size.height, scene.key, scene.strength),
    colours: undefined,
  };
  const empty = createPlanes(size.width, size.height);
  let blend: ((layers: PlanesLayers) => Planes) | undefined;
  return (frame, matte) => {
    const view = viewPlanes(frame);
    const isEmpty = blend === undefined && matte?.every((alpha) => alpha === 0) === true;
    if (isEmpty && shot === undefined) {
      empty.data.set(backdrop.planes.data);
      return empty;
    }
    blend ??= createPlanesBlend(
      size,
      backdrop,
      buildLut(
        scene,
        shot ?? computeSubjectStatistics(view, matte) ?? computeSubjectStatistics(view, matte, 0),
      ),
    );
    return blend({ frame, matte, fields: matte === undefined ? slope : computeFields(view, matte, scene) });
  };
}
