import type { RenderRequest, RenderResult } from './engine.ts';
import { renderImage } from './image/render.ts';
import type { MatteFinder } from './matte/automatic.ts';
import { renderVideo } from './video/render.ts';

/**
 * Renders one job in this process.
 * @param newFinder makes what finds the subject for alpha mode `auto`, by default without learned weights. It is new for each
 *   shot, since it remembers the frame before.
 */
export function render(
  request: RenderRequest,
  onProgress: (fraction: number) => void,
  newFinder?: () => MatteFinder,
): Promise<RenderResult> {
  return request.generationType === 'image'
    ? renderImage(request, onProgress, newFinder?.())
    : renderVideo(request, onProgress, newFinder);
}
