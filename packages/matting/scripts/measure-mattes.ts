/**
 * Prints the IoU of the automatic matte with the ground truth over the drawn shots of 25 frames: once with a shot
 * analysis, as for a video, and once for each of three frames alone, as for a picture. With --network, u2netp from the
 * folder that RESTAGE_MODELS names finds the subject. Run:
 *
 *   node packages/matting/scripts/measure-mattes.ts [--network] [shot …]
 */
import { parseArgs } from 'node:util';
import { viewPicture } from '@restage/pixels';
import { createMatteFinder, createNetworkFinder, type MatteFinder } from '../src/matte-finder.ts';
import { createShotAnalyzer } from '../src/motion/shot-analyzer.ts';
import { iou } from '../test/drawn/iou.ts';
import {
  type GroundTruthFrame,
  holdoutSet,
  openShot,
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

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

async function measure(name: string) {
  const shot = openShot(name);
  const drawn: GroundTruthFrame[] = [];
  for (let frame = 0; frame < frames; frame++) drawn.push(await shot(frame / (frames - 1)));
  const analyzer = createShotAnalyzer();
  for (const [frame, { picture }] of drawn.entries())
    if (analyzer.needsFrame(frame)) analyzer.addFrame(viewPicture(picture));
  const analysis = network ? await analyzer.finishWith(network) : analyzer.finish();
  const createFinder = (shot?: typeof analysis) =>
    network ? createNetworkFinder(network, shot) : createMatteFinder(shot);
  const measureFrame = async (find: MatteFinder, { picture, matte }: GroundTruthFrame) =>
    iou(await find(viewPicture(picture)), matte);
  const find = createFinder(analysis);
  const followed: number[] = [];
  for (const frame of drawn) followed.push(await measureFrame(find, frame));
  const still: number[] = [];
  for (const frame of alone) still.push(await measureFrame(createFinder(), drawn[frame] as GroundTruthFrame));
  return {
    isAnalysed: analysis !== undefined,
    shot: mean(followed),
    min: Math.min(...followed),
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
