import { isFailure } from '@restage/errors';
import { modelPath } from '@restage/fixtures/footage';
import { type MatteNetwork, openNetwork } from '../../src/network/network.ts';

/** Opens u2netp from the folder that RESTAGE_MODELS names. */
export async function openU2netp(): Promise<MatteNetwork> {
  const network = await openNetwork({ path: modelPath('u2netp.onnx'), input: 'imagenet', output: 'alpha' });
  if (isFailure(network)) throw new Error(network.message);
  return network;
}
