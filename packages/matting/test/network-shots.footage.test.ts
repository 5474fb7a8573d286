import { holdoutSet, regressionSet, validationSet } from './drawn/shot.ts';
import { testNetworkShots } from './network-shots-suite.ts';

// Together with those of `network-tuning-shots.footage.test.ts`, 0.97. Of the hiker, the network alone takes half.
testNetworkShots({
  shots: [...validationSet, ...holdoutSet, ...regressionSet],
  bounds: {
    skater: 0.985,
    boat: 0.945,
    speaker: 0.97,
    heron: 0.945,
    car: 0.99,
    deer: 0.985,
    singer: 0.975,
    hiker: 0.985,
    scooter: 0.94,
    kite: 0.98,
    violin: 0.945,
    runner: 0.97,
    umbrella: 0.94,
    goat: 0.97,
  },
  meanBound: 0.975,
  still: 'singer',
  moving: 'umbrella',
});
