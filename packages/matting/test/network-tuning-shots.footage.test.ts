import { tuningSet } from './drawn/shot.ts';
import { testNetworkShots } from './network-shots-suite.ts';

// Together with those of `network-shots.footage.test.ts`, 0.97. Of the walker, the network alone takes half.
testNetworkShots({
  shots: tuningSet,
  bounds: {
    sitter: 0.97,
    plant: 0.915,
    bicycle: 0.905,
    ball: 0.945,
    animal: 0.985,
    walker: 0.985,
    lamp: 0.915,
    bottle: 0.955,
    dog: 0.99,
    chair: 0.98,
    balloon: 0.99,
    dancer: 0.985,
    guitar: 0.95,
  },
  meanBound: 0.965,
  still: 'plant',
  moving: 'chair',
});
