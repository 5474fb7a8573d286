import { type Grid, resize } from '@restage/pixels';
import { toLabGrid } from '../frame-grids.ts';
import { type Segmentation, segmentByPrior, segmentSubject } from '../segmentation/segment.ts';
import type { MatteNetwork } from './network.ts';
import { chooseFraming, type Framing, type NetworkView, refinePrior } from './prior.ts';

/** Cells along the longer side of the grid on which a network's subject is segmented. */
export const networkSize = 320;

/**
 * Segments the subject of a still by a network: looks at the frame, then closely at what it found.
 * @param lab the frame on a grid of `networkSize`.
 */
export async function segmentByNetwork(
  network: MatteNetwork,
  view: NetworkView,
  lab: Grid,
): Promise<{ readonly framing: Framing; readonly segmentation: Segmentation }> {
  const { framing, prior } = await chooseFraming(network, view);
  // A subject that fills the frame can't be seen more closely.
  const isWide = framing.left < 0;
  const refined = isWide ? prior : await refinePrior(network, view, prior, locateSubject(view, prior));
  const segmentation = segmentByPrior(lab, refined);
  // Where the network finds nothing, colours do.
  return { framing, segmentation: segmentation.labels.data.includes(1) ? segmentation : segmentSubject(lab) };
}

/** Where the subject is, about: colours may drop what the network is sure of. */
function locateSubject(view: NetworkView, prior: Grid): Grid {
  const small = toLabGrid(view);
  return segmentByPrior(small, resize(prior, small.width, small.height), { fixesSureCells: false }).labels;
}
