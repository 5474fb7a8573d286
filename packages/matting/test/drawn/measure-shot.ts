import { viewPicture } from '@restage/pixels';
import { createMatteFinder, createNetworkFinder } from '../../src/matte-finder.ts';
import { createShotAnalyzer, type ShotAnalysis } from '../../src/motion/shot-analyzer.ts';
import type { MatteNetwork } from '../../src/network/network.ts';
import { iou } from './iou.ts';
import { type GroundTruthFrame, openShot } from './shot.ts';

/** Draws so many frames of a shot, spread over all of it. */
export async function drawFrames(name: string, count: number): Promise<GroundTruthFrame[]> {
  const shot = openShot(name);
  const drawn: GroundTruthFrame[] = [];
  for (let frame = 0; frame < count; frame++) drawn.push(await shot(frame / (count - 1)));
  return drawn;
}

/** Analyses drawn frames as a shot and finds its mattes, with a network or without. @returns each one's IoU with the truth. */
export async function measureFrames(
  drawn: readonly GroundTruthFrame[],
  network?: MatteNetwork,
): Promise<{ readonly analysis: ShotAnalysis | undefined; readonly overlaps: readonly number[] }> {
  const analyzer = createShotAnalyzer();
  for (const [frame, { picture }] of drawn.entries())
    if (analyzer.needsFrame(frame)) analyzer.addFrame(viewPicture(picture));
  const analysis = network ? await analyzer.finishWith(network) : analyzer.finish();
  const find = network ? createNetworkFinder(network, analysis) : createMatteFinder(analysis);
  const overlaps: number[] = [];
  for (const { picture, matte } of drawn) overlaps.push(iou(await find(viewPicture(picture)), matte));
  return { analysis, overlaps };
}

export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
