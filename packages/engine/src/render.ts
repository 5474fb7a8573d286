import type { RenderRequest, RenderResult } from './engine.ts';
import { renderImage } from './image/render.ts';
import { renderVideo } from './video/render.ts';

/** Renders one job in this process. */
export function render(
  request: RenderRequest,
  onProgress: (fraction: number) => void,
): Promise<RenderResult> {
  return request.generationType === 'image'
    ? renderImage(request, onProgress)
    : renderVideo(request, onProgress);
}
