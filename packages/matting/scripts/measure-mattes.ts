/**
 * Prints the IoU of the automatic matte with the ground truth over the drawn shots of 25 frames: once with a shot
 * analysis, as for a video, and once for each of three frames alone, as for a picture. With --network, u2netp from the
 * folder that RESTAGE_MODELS names finds the subject. Run:
 *
 *   node packages/matting/scripts/measure-mattes.ts [--network] [shot …]
 */
import { parseArgs } from 'node:util';
import { viewPicture } from '@restage/pixels';
import { createMatteFinder, createNetworkFinder } from '../src/matte-finder.ts';
import { iou } from '../test/drawn/iou.ts';
import { drawFrames, mean, measureFrames } from '../test/drawn/measure-shot.ts';
import {
  type GroundTruthFrame,
  holdoutSet,
  regressionSet,
  tuningSet,
  validationSet,
} from '../test/drawn/shot.ts';
import { openU2netp } from '../test/support/u2netp.ts';

const frames = 25;
const alone = [0, 12, 24];

const { values: options, positionals: wanted } = parseArgs({
  options: { network: { type: 'boolean' } },
  allowPositionals: true,
});
const network = options.network ? await openU2netp() : undefined;

async function measure(name: string) {
  const drawn = await drawFrames(name, frames);
  const { analysis, overlaps } = await measureFrames(drawn, network);
  const still: number[] = [];
  for (const frame of alone) {
    const { picture, matte } = drawn[frame] as GroundTruthFrame;
    const find = network ? createNetworkFinder(network) : createMatteFinder();
    still.push(iou(await find(viewPicture(picture)), matte));
  }
  return {
    isAnalysed: analysis !== undefined,
    shot: mean(overlaps),
    min: Math.min(...overlaps),
    still: mean(still),
  };
}

for (const [kind, names] of Object.entries({
  tuning: tuningSet,
  validation: validationSet,
  holdout: holdoutSet,
  regression: regressionSet,
})) {
  const means: { shot: number; still: number }[] = [];
  for (const name of names.filter((one) => wanted.length === 0 || wanted.includes(one))) {
    const measurement = await measure(name);
    means.push(measurement);
    const method = measurement.isAnalysed ? 'by motion' : 'by colour';
    console.log(
      `${name}: shot ${measurement.shot.toFixed(3)} (minimum ${measurement.min.toFixed(3)}, ${method}), stills ${measurement.still.toFixed(3)}`,
    );
  }
  if (means.length > 0)
    console.log(
      `${kind}: shots ${mean(means.map(({ shot }) => shot)).toFixed(3)}, stills ${mean(means.map(({ still }) => still)).toFixed(3)}`,
    );
}
