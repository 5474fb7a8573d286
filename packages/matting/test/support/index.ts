export { iou } from '../drawn/iou.ts';
export { openShot } from '../drawn/shot.ts';
export { orangeNetwork } from './onnx.ts';
export { drawOrangeDisc, iouWithDisc } from './orange-disc.ts';
export { openU2netp } from './u2netp.ts';
