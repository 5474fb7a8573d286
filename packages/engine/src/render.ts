import type { MatteFinder } from '@restage/matting';
import type { RenderRequest, RenderResult } from './engine.ts';
import { renderImage } from './image/render.ts';
import { renderVideo } from './video/render.ts';

/**
 * Renders one job in this process.
 * @param newFinder creates the matte finder for alpha mode `auto`; by default the classical one. Each shot gets a new
 *   one, since finders remember the previous frame.
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
