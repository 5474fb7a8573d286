import type { MatteModel } from '@restage/engine';

/** A public network that finds the subject, and what its weights are. */
export interface KnownNetwork extends Pick<MatteModel, 'input' | 'output'> {
  readonly goodFor: string;
  readonly bytes: number;
  /** Width and height of the network's input, in pixels. */
  readonly inputPixels: number;
  /** Absent where only the MD5 is published. */
  readonly sha256?: string;
  readonly md5: string;
  readonly url: string;
  readonly source: string;
  readonly licence: string;
  /** What the licence covers, as its author says at `licenceUrl`. */
  readonly licenceNote: string;
  readonly licenceUrl: string;
  /** Whether this file was run with Restage, with these settings, and has these checksums. */
  readonly isVerified: boolean;
  /** Seconds of one core for a frame. Absent for networks that were never run with Restage. */
  readonly secondsPerFrame?: number;
}

const releases = 'https://github.com/danielgatis/rembg/releases/download/v0.0.0';

/** What all weights of U²-Net have in common. */
const u2net = {
  inputPixels: 320,
  input: 'imagenet',
  output: 'alpha',
  source: 'https://github.com/xuebinqin/U-2-Net',
  licence: 'Apache-2.0',
  licenceNote: 'Covers the weights; the training data has terms of its own.',
  licenceUrl: 'https://github.com/xuebinqin/U-2-Net/issues/208',
} as const;

/**
 * The networks that `models pull` knows. MD5s are the publisher's (rembg). The SHA-256 of u2netp was computed from the
 * file; those of the others are what many projects that use the same file publish.
 */
const knownNetworks = {
  u2netp: {
    ...u2net,
    goodFor: 'any subject, in pictures and videos: small and fast',
    bytes: 4_574_861,
    sha256: '309c8469258dda742793dce0ebea8e6dd393174f89934733ecc8b14c76f4ddd8',
    md5: '8e83ca70e441ab06c318d82300c84806',
    url: `${releases}/u2netp.onnx`,
    isVerified: true,
    secondsPerFrame: 0.5,
  },
  u2net: {
    ...u2net,
    goodFor: 'any subject: finer than u2netp',
    bytes: 175_997_641,
    sha256: '8d10d2f3bb75ae3b6d527c77944fc5e7dcd94b29809d47a739a7a728a912b491',
    md5: '60024c5c889badc19c04ad937298a77b',
    url: `${releases}/u2net.onnx`,
    isVerified: false,
  },
  'u2net-human-seg': {
    ...u2net,
    goodFor: 'people, and nothing else',
    bytes: 175_997_641,
    md5: 'c09ddc2e0104f800e3e1bb4652583d1f',
    url: `${releases}/u2net_human_seg.onnx`,
    isVerified: false,
  },
  'isnet-general-use': {
    goodFor: 'any subject: fine outlines, pictures rather than videos',
    bytes: 178_648_008,
    inputPixels: 1024,
    input: 'centred',
    output: 'alpha',
    sha256: '60920e99c45464f2ba57bee2ad08c919a52bbf852739e96947fbb4358c0d964a',
    md5: 'fc16ebd8b0c10d971d3513d564d01e29',
    url: `${releases}/isnet-general-use.onnx`,
    source: 'https://github.com/xuebinqin/DIS',
    isVerified: false,
    licence: 'Apache-2.0 (code)',
    licenceNote:
      'Covers the code; none is stated for the weights. Their training data is not for commercial use.',
    licenceUrl: 'https://github.com/xuebinqin/DIS/issues/150',
  },
  'birefnet-lite': {
    goodFor: 'hair and thin parts: slow, for pictures, needs much memory',
    bytes: 224_005_088,
    inputPixels: 1024,
    input: 'imagenet',
    output: 'logits',
    sha256: '5600024376f572a557870a5eb0afb1e5961636bef4e1e22132025467d0f03333',
    md5: '4fab47adc4ff364be1713e97b7e66334',
    url: `${releases}/BiRefNet-general-bb_swin_v1_tiny-epoch_232.onnx`,
    source: 'https://github.com/ZhengPeng7/BiRefNet',
    isVerified: false,
    licence: 'MIT',
    licenceNote: 'Covers the weights; some of their training data is not for commercial use.',
    licenceUrl: 'https://github.com/ZhengPeng7/BiRefNet/issues/316',
  },
} as const satisfies Readonly<Record<string, KnownNetwork>>;

export type NetworkName = keyof typeof knownNetworks;

export const networkNames = Object.keys(knownNetworks) as NetworkName[];

export function getKnownNetwork(name: NetworkName): KnownNetwork {
  return knownNetworks[name];
}
