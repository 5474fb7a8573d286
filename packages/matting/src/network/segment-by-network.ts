import type { Grid } from '@restage/pixels';
import {
  type Segmentation,
  scoreSegmentation,
  segmentByPrior,
  segmentSubject,
} from '../segmentation/segment.ts';
import type { MatteNetwork } from './network.ts';
import { chooseFraming, describePrior, type Framing, inferClosely, type NetworkView } from './prior.ts';

/** Cells along the longer side of the grid on which a network's subject is segmented. */
export const networkSize = 320;

/**
 * Segments the subject of a still by a network: looks at the frame, then closely at what it found, and takes what it is
 * more certain of and what is separated better.
 * @param lab the frame on a grid of `networkSize`.
 */
export async function segmentByNetwork(
  network: MatteNetwork,
  view: NetworkView,
  lab: Grid,
): Promise<{ readonly framing: Framing; readonly segmentation: Segmentation }> {
  const { framing, prior } = await chooseFraming(network, view);
  let segmentation = segmentByPrior(lab, prior);
  // With margins, it was looked at as a whole already.
  const closePrior = framing.left < 0 ? undefined : await inferClosely(network, view, prior);
  if (closePrior !== undefined) {
    const closely = segmentByPrior(lab, closePrior);
    const rate = (likelihood: Grid, { labels }: Segmentation) =>
      describePrior(likelihood).certainty * scoreSegmentation(lab, labels);
    if (rate(closePrior, closely) > rate(prior, segmentation)) segmentation = closely;
  }
  // Where the network finds nothing, colours do.
  return { framing, segmentation: segmentation.labels.data.includes(1) ? segmentation : segmentSubject(lab) };
}
