import type { RenderRequest, RenderResult } from './engine.ts';
import { renderImage } from './image/render.ts';
import type { MatteFinder } from './matte/automatic.ts';
import { renderVideo } from './video/render.ts';

/**
 * Renders one job in this process.
 * @param findMatte finds the subject for alpha mode `auto`, by default without learned weights; new for each job, since it
 *   remembers the frame before.
 */
export function render(
  request: RenderRequest,
  onProgress: (fraction: number) => void,
  findMatte?: MatteFinder,
): Promise<RenderResult> {
  return request.generationType === 'image'
    ? renderImage(request, onProgress, findMatte)
    : renderVideo(request, onProgress, findMatte);
}
