/**
 * Prints how well the automatic matte overlaps the true one over the drawn shots, of 25 frames each: once surveyed, as a video
 * is, and once each of three frames alone, as a picture is. Run: node packages/engine/scripts/measure-mattes.ts [shot …]
 */
import { pictureView } from '../src/composite/view.ts';
import { overlap } from '../src/drawn/overlap.ts';
import {
  furtherShots,
  laterShots,
  openShot,
  type TrueFrame,
  triedShots,
  unseenShots,
} from '../src/drawn/shot.ts';
import { createMatteFinder } from '../src/matte/automatic.ts';
import { createSurvey } from '../src/matte/survey.ts';

const frames = 25;
const alone = [0, 12, 24];

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

async function measure(name: string) {
  const shot = openShot(name);
  const drawn: TrueFrame[] = [];
  for (let frame = 0; frame < frames; frame++) drawn.push(await shot(frame / (frames - 1)));
  const survey = createSurvey();
  for (const [frame, { picture }] of drawn.entries())
    if (survey.wants(frame)) survey.add(pictureView(picture));
  const surveyed = survey.finish();
  const find = createMatteFinder(surveyed);
  const followed = drawn.map(({ picture, matte }) => overlap(find(pictureView(picture)), matte));
  const still = alone.map((frame) => {
    const { picture, matte } = drawn[frame] as TrueFrame;
    return overlap(createMatteFinder()(pictureView(picture)), matte);
  });
  return {
    isSurveyed: surveyed !== undefined,
    shot: mean(followed),
    least: Math.min(...followed),
    still: mean(still),
  };
}

const wanted = process.argv.slice(2);
for (const [kind, names] of Object.entries({
  tried: triedShots,
  further: furtherShots,
  unseen: unseenShots,
  later: laterShots,
})) {
  const means: { shot: number; still: number }[] = [];
  for (const name of names.filter((one) => wanted.length === 0 || wanted.includes(one))) {
    const found = await measure(name);
    means.push(found);
    const way = found.isSurveyed ? 'by motion' : 'by looks';
    console.log(
      `${name}: shot ${found.shot.toFixed(3)} (least ${found.least.toFixed(3)}, ${way}), stills ${found.still.toFixed(3)}`,
    );
  }
  if (means.length > 0)
    console.log(
      `${kind}: shots ${mean(means.map(({ shot }) => shot)).toFixed(3)}, stills ${mean(means.map(({ still }) => still)).toFixed(3)}`,
    );
}
