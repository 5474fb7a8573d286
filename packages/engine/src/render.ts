import { createNetworkFinder, type MatteNetwork } from '@restage/matting';
import type { RenderRequest, RenderResult } from './engine.ts';
import { renderImage } from './image/render.ts';
import { renderVideo } from './video/render.ts';

/**
 * Renders one job in this process.
 * @param network finds the subject for alpha mode `auto`; by default, colours and motion do.
 */
export function render(
  request: RenderRequest,
  onProgress: (fraction: number) => void,
  network?: MatteNetwork,
): Promise<RenderResult> {
  return request.generationType === 'image'
    ? renderImage(request, onProgress, network && createNetworkFinder(network))
    : renderVideo(request, onProgress, network);
}
