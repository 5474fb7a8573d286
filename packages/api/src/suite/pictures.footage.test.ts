import { readFootage } from '@restage/fixtures/footage';
import { describeRestage } from './restage-suite.ts';

await describeRestage({
  portrait: await readFootage('astronaut.png'),
  reference: await readFootage('coffee.png'),
  cat: await readFootage('chelsea.png'),
  shot: await readFootage('cockatoo.mp4'),
  frames: 48,
});
