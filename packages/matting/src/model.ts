import type { FailureValue } from '@restage/errors';

/** A network that finds the subject for alpha mode `auto`. */
export interface MatteModel {
  /** The ONNX file. */
  readonly path: string;
  /**
   * How the network expects sRGB code values: `unit`, 0…1; `centred`, −0.5…0.5; `signed`, −1…1; `imagenet`, 0…1 minus
   * ImageNet's mean, divided by its standard deviation.
   */
  readonly input: 'unit' | 'centred' | 'signed' | 'imagenet';
  /**
   * What the network outputs: `alpha`, 0…1; `logits`, before the sigmoid; `range`, any values, stretched to 0…1
   * between the minimum and the maximum of each frame.
   */
  readonly output: 'alpha' | 'logits' | 'range';
}

/** Why a matte network can't be used. The message is for the operator. */
export type ModelFailure = FailureValue<'MATTE_MODEL_UNUSABLE'>;
